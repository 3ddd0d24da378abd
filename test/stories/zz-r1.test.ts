import { test } from 'vitest'
import { startNarwhal } from './start-narwhal.ts'
test('two commits in one push', async () => {
  await using n = await startNarwhal()
  const base = n.repository.sha
  const first = await n.repository.commit({ 'docs/a': '1', 'narwhal.yml': 'image: a\non: { push: { paths: ["docs/**"] } }\nrun: echo hi\n' })
  const second = await n.repository.commit({ 'src/a': '2' })
  const job = await n.deliver('push', { ref: 'refs/heads/main', before: base, after: second, deleted: false, repository: { id: 1, name: 'engine', full_name: 'ada/engine', owner: { login: 'ada', name: 'ada' } }, head_commit: { id: second, message: 'x', author: { name: 'Ada' } }, pusher: { name: 'ada' } }, second)
  console.log(Object.keys(job), JSON.stringify(await (job as any).ended?.()).slice(0, 600))
})

import { test } from 'vitest'
import { startNarwhal } from './start-narwhal.ts'

test('of a push with several commits every changed file counts, not those of the last commit alone', async () => {
  await using narwhal = await startNarwhal()
  const { repository, deliver } = narwhal
  const before = repository.sha
  const pipeline = 'image: scripted:1\non: { push: { paths: [docs] } }\nrun: echo docs\n'
  await repository.commit({ 'narwhal.yml': pipeline, 'docs/a.md': 'a' })
  const sha = await repository.commit({ 'src/a.c': 'a' })

  const build = await deliver('push', pushOf(before, sha), sha)

  await build.ends({ outcome: 'passed' })
})

function pushOf(before: string, sha: string) {
  return {
    ...{ ref: 'refs/heads/main', before, after: sha, deleted: false },
    repository: { id: 1, name: 'engine', full_name: 'ada/engine', owner: { login: 'ada', name: 'ada' } },
    head_commit: { id: sha, message: 'A change', author: { name: 'Ada' } },
  }
}

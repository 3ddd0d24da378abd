import { openHttpClient } from '@narwhal/host'
import { createBuild } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { startNarwhal } from './start-narwhal.ts'

test('a ref is built by hand at the commit that it has now', async () => {
  await using narwhal = await startNarwhal()
  await using client = openHttpClient()
  const pushed = await narwhal.push('image: scripted:1\nrun: echo first\n')
  await pushed.ends({ outcome: 'passed' })
  const sha = await narwhal.repository.commit({ 'narwhal.yml': 'image: scripted:1\nrun: echo second\n' })
  const call = { baseUrl: narwhal.url, token: narwhal.apiToken }

  const build = await client.call(createBuild, { ...call, body: { repository: 'ada/engine', ref: 'refs/heads/main' } })

  expect(build.commit).toMatchObject({ sha, trigger: 'manual' })
  await narwhal.jobs.of(sha).ends({ outcome: 'passed' })
  expect(await narwhal.jobs.of(sha).log()).toBe('second\n')

  const unknown = client.call(createBuild, { ...call, body: { repository: 'ada/engine', ref: 'refs/heads/none' } })

  await expect(unknown).rejects.toMatchObject({ code: 'REF_UNKNOWN' })
})

import { openHttpClient } from '@narwhal/host'
import { resolveRef } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { openTestRunner, type TestRunner } from './open-test-runner.ts'

test('a runner tells the sha of a ref', async () => {
  await using runner = await openTestRunner()

  const answer = await lookUp(runner, 'refs/heads/main')

  expect(answer).toEqual({ sha: runner.newOffer().commit.sha })
})

test('a ref that is not there is REF_UNKNOWN', async () => {
  await using runner = await openTestRunner()

  const answer = lookUp(runner, 'refs/heads/nowhere')

  await expect(answer).rejects.toMatchObject({ code: 'REF_UNKNOWN' })
})

async function lookUp(runner: TestRunner, ref: string): Promise<{ sha: string }> {
  await using client = openHttpClient()
  const body = { repository: { host: 'github.com', owner: 'ada', name: 'engine' }, ref }
  return await client.call(resolveRef, { baseUrl: runner.url, token: runner.token, body })
}

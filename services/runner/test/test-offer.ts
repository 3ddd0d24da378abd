import type { Offer } from '@narwhal/protocol'

const id = '01a21c8c-e2c3-72de-bd1b-000000000000'

/** An offer of nothing in particular. */
export function testOffer(attemptId: string): Offer {
  const repository = { host: 'example.org', owner: 'ada', name: 'engine' }
  return {
    ...{ attemptId, attempt: 1, token: 't'.repeat(32), leaseMs: 30_000, kind: 'steps', jobName: 'build', needs: [] },
    ...{ buildId: id, buildNumber: 7, jobId: id },
    commit: { repository, ref: 'refs/heads/main', sha: 'a'.repeat(40), trigger: 'push' },
  }
}

import type { Offer } from '@narwhal/protocol'

/** An offer of nothing in particular. */
export function testOffer(attemptId: string): Offer {
  const repository = { host: 'example.org', owner: 'ada', name: 'engine' }
  return {
    ...{ attemptId, attempt: 1, token: 't'.repeat(32), leaseMs: 30_000, kind: 'steps', jobName: 'build', needs: [] },
    ...{ buildId: 'a-build', buildNumber: 7, jobId: 'a-job' },
    commit: { repository, ref: 'refs/heads/main', sha: 'a'.repeat(40), trigger: 'push' },
  }
}

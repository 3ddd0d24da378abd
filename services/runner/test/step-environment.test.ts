import type { Offer } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { jobEnvironment, stepEnvironment } from '../step-environment.ts'

const offer: Offer = {
  attemptId: '01890000-0000-7000-8000-000000000001',
  attempt: 2,
  token: 'a token that no step may see, ever',
  leaseMs: 30_000,
  buildId: '01890000-0000-7000-8000-000000000002',
  buildNumber: 12,
  jobId: '01890000-0000-7000-8000-000000000003',
  jobName: 'test',
  kind: 'steps',
  commit: {
    repository: { host: 'example.org', owner: 'ada', name: 'engine' },
    ref: 'refs/heads/feature/x',
    sha: 'a'.repeat(40),
    trigger: 'push',
  },
}

test('every step sees what is promised', () => {
  const env = { ...jobEnvironment(offer, { PORT: '8080' }), ...stepEnvironment('npm test', { PORT: '9090' }) }

  expect(env).toMatchObject({
    CI: 'true',
    NARWHAL: 'true',
    NARWHAL_REPOSITORY: 'example.org/ada/engine',
    NARWHAL_SHA: 'a'.repeat(40),
    NARWHAL_REF: 'refs/heads/feature/x',
    NARWHAL_BRANCH: 'feature/x',
    NARWHAL_TAG: '',
    NARWHAL_TRIGGER: 'push',
    NARWHAL_BUILD: '12',
    NARWHAL_JOB: 'test',
    NARWHAL_ATTEMPT: '2',
    NARWHAL_STEP: 'npm test',
    NARWHAL_WORKSPACE: '/workspace',
    PORT: '9090',
  })
  expect(JSON.stringify(env)).not.toContain(offer.token)
})

test('a tag is a tag and no branch', () => {
  const env = jobEnvironment({ ...offer, commit: { ...offer.commit, ref: 'refs/tags/v1.0' } }, {})

  expect(env).toMatchObject({ NARWHAL_TAG: 'v1.0', NARWHAL_BRANCH: '' })
})

test('neither a job nor a step can say what Narwhal says', () => {
  const forged = { CI: 'no', NARWHAL: 'no', NARWHAL_SHA: 'forged', NARWHAL_STEP: 'forged' }

  const env = { ...jobEnvironment(offer, forged), ...stepEnvironment('npm test', forged) }

  expect(env).toMatchObject({ CI: 'true', NARWHAL: 'true', NARWHAL_SHA: 'a'.repeat(40), NARWHAL_STEP: 'npm test' })
})

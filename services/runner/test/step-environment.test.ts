import type { Offer } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { jobEnvironment, stepEnvironment } from '../step-environment.ts'
import { readStepPolicy } from '../steps/read-step-policy.ts'
import { plainPolicy } from '../steps/step-policy.ts'

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
  needs: [],
}

const inside = { workspacePath: '/workspace', spoolPath: '/narwhal' }
const where = { policy: plainPolicy, inside }

/** Everything that the step with the index 1 sees. */
function environmentOf(jobEnv: Record<string, string>, stepEnv: Record<string, string>, secrets = {}) {
  const step = { name: 'npm test', env: stepEnv, secrets: { DEPLOY: 'DEPLOY_TOKEN' } }
  return { ...jobEnvironment(offer, jobEnv, where), ...stepEnvironment(step, secrets, { index: 1, inside }) }
}

test('every step sees what is promised', () => {
  const env = environmentOf({ PORT: '8080' }, { PORT: '9090' }, { DEPLOY_TOKEN: 'hunter22', OTHER: 'unseen' })

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
    NARWHAL_OUTPUT: '/narwhal/step-1.output',
    NARWHAL_SUMMARY: '/narwhal/step-1.summary',
    PORT: '9090',
    DEPLOY: 'hunter22',
  })
  expect(JSON.stringify(env)).not.toContain(offer.token)
  expect(JSON.stringify(env)).not.toContain('unseen')
})

test('a tag is a tag and no branch', () => {
  const env = jobEnvironment({ ...offer, commit: { ...offer.commit, ref: 'refs/tags/v1.0' } }, {}, where)

  expect(env).toMatchObject({ NARWHAL_TAG: 'v1.0', NARWHAL_BRANCH: '' })
})

test('neither a job nor a step can say what Narwhal says', () => {
  const forged = { CI: 'no', NARWHAL: 'no', NARWHAL_SHA: 'forged', NARWHAL_STEP: 'forged', NARWHAL_OUTPUT: 'forged' }

  const env = environmentOf(forged, forged)

  expect(env).toMatchObject({ CI: 'true', NARWHAL: 'true', NARWHAL_SHA: 'a'.repeat(40), NARWHAL_STEP: 'npm test' })
  expect(env['NARWHAL_OUTPUT']).toBe('/narwhal/step-1.output')
})

test('steps get the proxies of the runner and the certificates of its owner, unless the job says otherwise', () => {
  const owner = { HTTP_PROXY: 'http://proxy.example:3128', no_proxy: 'localhost', HTTPS_PROXY: '', NARWHAL_PORT: '1' }
  const policy = readStepPolicy(owner, { certificates: 'PEM', privilegedRepositories: [] })

  const env = jobEnvironment(offer, { no_proxy: '*' }, { policy, inside })

  expect(policy.env).toEqual({ HTTP_PROXY: 'http://proxy.example:3128', no_proxy: 'localhost' })
  expect(env).toMatchObject({ HTTP_PROXY: 'http://proxy.example:3128', no_proxy: '*' })
  for (const name of [
    'SSL_CERT_FILE',
    'NODE_EXTRA_CA_CERTS',
    'REQUESTS_CA_BUNDLE',
    'GIT_SSL_CAINFO',
    'CURL_CA_BUNDLE',
  ]) {
    expect(env[name]).toBe('/narwhal/certificates.pem')
  }
})

test('where steps find the workspace elsewhere, they are told so', () => {
  const env = jobEnvironment(offer, {}, { policy: plainPolicy, inside: { ...inside, workspacePath: '/srv/w' } })

  expect(env).toMatchObject({ NARWHAL_WORKSPACE: '/srv/w', GIT_CONFIG_VALUE_0: '/srv/w' })
})

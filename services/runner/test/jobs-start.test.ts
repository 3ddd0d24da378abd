import { problem } from '@narwhal/protocol'
import { describe, expect, test } from 'vitest'
import { plainPolicy } from '../steps/step-policy.ts'
import { openTestRunner } from './open-test-runner.ts'
import { specsOf, stepLogs, stepOutcomes } from './step-outcomes.ts'

describe('secrets', () => {
  const pipeline = `
image: busybox
steps:
  - run: echo the token is $DEPLOY; echo KEY=$DEPLOY >> $NARWHAL_OUTPUT
    secrets: { DEPLOY: DEPLOY_TOKEN }
  - echo nothing here $DEPLOY
  - { run: exit 1, name: fails with hunter22hunter22, secrets: [DEPLOY_TOKEN] }
`

  test('are seen by the steps that name them, and by nobody who reads what they left', async () => {
    await using runner = await openTestRunner({ pipeline })
    runner.dispatcher.secrets = { DEPLOY_TOKEN: 'hunter22hunter22' }

    const heard = await runner.run()

    expect(stepLogs(heard)).toEqual({ 0: 'the token is ***\n', 1: 'nothing here \n' })
    expect(heard.result?.produced?.outputs).toEqual({ KEY: '***' })
    expect(heard.result?.ending.message).toContain('Step "fails with ***" failed')
    expect(JSON.stringify([heard.events, heard.result])).not.toContain('hunter22')
  })

  test('are in the environment of those steps alone, and in no container', async () => {
    await using runner = await openTestRunner({ pipeline })
    runner.dispatcher.secrets = { DEPLOY_TOKEN: 'hunter22hunter22' }

    await runner.run()

    const containers = specsOf(runner.engineCalls, 'startContainer')
    expect(containers.length).toBe(2)
    expect(JSON.stringify(containers)).not.toContain('hunter22')
    const steps = specsOf(runner.engineCalls, 'runStep').map(({ spec }) => spec.env)
    expect(steps.map((env) => env['DEPLOY'] ?? env['DEPLOY_TOKEN'])).toEqual([
      'hunter22hunter22',
      undefined,
      'hunter22hunter22',
    ])
  })

  test('that the repository does not have fail the job', async () => {
    await using runner = await openTestRunner({ pipeline })

    const heard = await runner.run()

    expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'SECRET_NOT_FOUND' })
    expect(heard.result?.ending.message).toContain('DEPLOY_TOKEN')
    expect(stepOutcomes(heard)).toEqual(['skipped', 'skipped', 'skipped'])
    expect(runner.engineCalls).toEqual([])
  })

  test('are asked for again when the dispatcher did not answer', async () => {
    await using runner = await openTestRunner({ pipeline })
    runner.dispatcher.secrets = { DEPLOY_TOKEN: 'hunter22hunter22' }
    let refusals = 0
    runner.dispatcher.fate = (call) => (call === 'secrets' && refusals++ < 2 ? 'cut-before' : 'served')

    const heard = await runner.run()

    expect(stepLogs(heard)[0]).toBe('the token is ***\n')
    expect(runner.dispatcher.calls.filter((call) => call === 'secrets').length).toBe(3)
  })

  test('that the dispatcher refuses end the job as the dispatcher says', async () => {
    await using runner = await openTestRunner({ pipeline })
    const refusal = problem('SECRETS_KEY_MISSING', 'the dispatcher has no key')
    runner.dispatcher.objection = (call) => (call === 'secrets' ? refusal : undefined)

    const heard = await runner.run()

    expect(heard.result?.ending).toMatchObject({ outcome: 'errored', code: 'SECRETS_KEY_MISSING' })
  })
})

describe('sidecars', () => {
  test('are there for the steps, and gone with the job', async () => {
    const pipeline = `
image: busybox
services:
  db: { image: "postgres:17", env: { POSTGRES_PASSWORD: test }, ready: "true" }
  cache: "redis:8"
run: nslookup db && nslookup cache
`
    await using runner = await openTestRunner({ pipeline })

    const heard = await runner.run()

    expect(stepLogs(heard)).toEqual({ 0: 'Name: db\nName: cache\n' })
    expect(specsOf(runner.engineCalls, 'startSidecar')[0]?.spec).toMatchObject({
      ...{ host: 'db', image: 'postgres:17', ready: 'true' },
      env: { POSTGRES_PASSWORD: 'test' },
    })
    await expect.poll(() => runner.engineCalls.at(-1)).toEqual({ call: 'closeNetwork', living: 0 })
  })

  test('that end before they are ready fail the job, and the others go too', async () => {
    const pipeline = 'image: busybox\nservices: { db: "dying:1", cache: "redis:8" }\nrun: echo never\n'
    await using runner = await openTestRunner({ pipeline })

    const heard = await runner.run()

    expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'SIDECAR_ENDED' })
    expect(heard.result?.ending.message).toContain('no space for tea')
    expect(stepOutcomes(heard)).toEqual(['skipped'])
    await expect.poll(() => runner.liveContainers()).toBe(0)
  })
})

describe('privileged steps', () => {
  const pipeline = 'image: busybox\nsteps: ["true", { run: mount, privileged: true, name: mounts, if: failure }]\n'
  const allowed = { ...plainPolicy, privilegedRepositories: ['example.org/ada/*'] }

  test.each([
    ['are refused', plainPolicy, 'trusted', 'this runner does not allow that to example.org/ada/engine'],
    ['are refused in what a stranger wrote', allowed, 'untrusted', 'whoever wrote this commit is not trusted'],
  ] as const)('%s', async (_, policy, trust, why) => {
    await using runner = await openTestRunner({ pipeline, policy })
    const { commit } = runner.newOffer()

    const heard = await runner.run({ commit: { ...commit, trust } })

    expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'PRIVILEGED_REFUSED' })
    expect(heard.result?.ending.message).toContain(`Step "mounts" is privileged, and ${why}.`)
    expect(runner.engineCalls).toEqual([])
  })

  test('run in a container of their own where the owner of the runner allows the repository', async () => {
    const both = 'image: busybox\nsteps: ["true", { run: "true", privileged: true }]\n'
    await using runner = await openTestRunner({ pipeline: both, policy: allowed })

    const heard = await runner.run()

    expect(heard.result?.ending).toEqual({ outcome: 'passed' })
    const containers = specsOf(runner.engineCalls, 'startContainer')
    expect(containers.map(({ spec }) => spec.privileged)).toEqual([undefined, true])
  })
})

test('a network is as wide as the widest step needs, and narrower ones get less', async () => {
  const pipeline =
    'image: busybox\nnetwork: internal\nsteps: ["true", { run: "true", network: none }, { run: "true", network: outbound }]\n'
  await using runner = await openTestRunner({ pipeline })

  const heard = await runner.run()

  expect(heard.result?.ending).toEqual({ outcome: 'passed' })
  expect(runner.engineCalls).toContainEqual({ call: 'openNetwork', access: 'outbound' })
  const accesses = specsOf(runner.engineCalls, 'startContainer').map(({ spec }) => spec.access)
  expect(accesses).toEqual(['internal', 'none', undefined])
})

test('steps find the certificates of the owner in each container', async () => {
  const pipeline = 'image: busybox\nsteps: [cat $SSL_CERT_FILE, { run: cat $SSL_CERT_FILE, image: alpine }]\n'
  await using runner = await openTestRunner({ pipeline, policy: { ...plainPolicy, certificates: 'PEM\n' } })

  const heard = await runner.run()

  expect(stepLogs(heard)).toEqual({ 0: 'PEM\n', 1: 'PEM\n' })
})

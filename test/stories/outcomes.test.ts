import { catalogue, type ProblemCode } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { startNarwhal } from './start-narwhal.ts'

// The outcome table of the architecture, row by row: what happened, how it ends, and how often Narwhal itself tried.
// That the runner was lost three times, or that no runner came in time, is shown in dispatcher.test.ts;
// a full disk and an engine that is gone in the tests of the runner (ending-of.test.ts, engine-outage.real.test.ts).

interface Row {
  readonly what: string
  readonly pipeline: string | undefined
  readonly outcome: 'failed' | 'errored' | 'skipped'
  readonly code: ProblemCode
  readonly attempts: number
  /** Part of the message. */
  readonly says: string
  readonly message?: string
}

const image = 'image: scripted:1\n'

const rows: readonly Row[] = [
  {
    what: 'a command that fails',
    pipeline: `${image}run: exit 3`,
    outcome: 'failed',
    code: 'STEP_FAILED',
    attempts: 1,
    says: '3',
  },
  {
    what: 'a job over its timeout',
    pipeline: `${image}timeout: 5s\nrun: sleep 600`,
    outcome: 'failed',
    code: 'TIMEOUT_TOTAL',
    attempts: 1,
    says: '5 s',
  },
  {
    what: 'a step over its timeout',
    pipeline: `${image}steps:\n  - run: sleep 600\n    timeout: 5s`,
    outcome: 'failed',
    code: 'TIMEOUT_TOTAL',
    attempts: 1,
    says: '5 s',
  },
  {
    what: 'a step out of memory',
    pipeline: `${image}run: oom`,
    outcome: 'failed',
    code: 'OUT_OF_MEMORY',
    attempts: 1,
    says: 'memory',
  },
  {
    what: 'an image that does not exist',
    pipeline: 'image: missing:1\nrun: "true"',
    outcome: 'failed',
    code: 'IMAGE_NOT_FOUND',
    attempts: 1,
    says: 'missing:1',
  },
  {
    what: 'a broken narwhal.yml',
    pipeline: `${image}comand: x`,
    outcome: 'failed',
    code: 'PIPELINE_INVALID',
    attempts: 1,
    says: 'narwhal.yml:2:1',
  },
  {
    what: 'an image that cannot be pulled now',
    pipeline: 'image: unpullable:1\nrun: "true"',
    outcome: 'errored',
    code: 'IMAGE_PULL_FAILED',
    attempts: 3,
    says: 'unpullable:1',
  },
  {
    what: 'a container that is taken away',
    pipeline: `${image}run: vanish`,
    outcome: 'errored',
    code: 'CONTAINER_GONE',
    attempts: 3,
    says: 'container',
  },
  {
    what: 'no narwhal.yml',
    pipeline: undefined,
    outcome: 'skipped',
    code: 'PIPELINE_MISSING',
    attempts: 1,
    says: 'narwhal.yml',
  },
  {
    what: '[skip ci]',
    pipeline: `${image}run: "true"`,
    message: 'Words [skip ci]',
    outcome: 'skipped',
    code: 'COMMIT_SKIPPED',
    attempts: 1,
    says: '[skip ci]',
  },
]

test.each(rows)(
  '$what ends $outcome $code with what to do, and frees its slot',
  async ({ pipeline, message, outcome, code, attempts, says }) => {
    await using narwhal = await startNarwhal()

    const build = await narwhal.push(pipeline, message)

    const { ending, jobs } = await build.endsInTime({ outcome, code })
    expect(ending?.message).toContain(says)
    expect(ending?.message).toContain(
      code === 'PIPELINE_INVALID' ? 'Did you mean' : catalogue[code].fix.split(/[;.]/)[0],
    )
    expect(jobs.at(-1)?.attempts).toHaveLength(attempts)
    await narwhal.jobs.slotsAreFree()
  },
)

test('a sha that the repository lacks ends errored COMMIT_NOT_FOUND, and the runner goes on', async () => {
  await using narwhal = await startNarwhal({ slots: 1 })

  const lost = await narwhal.pushSha('f'.repeat(40))

  const { ending } = await lost.endsInTime({ outcome: 'errored', code: 'COMMIT_NOT_FOUND' })
  expect(ending?.message).toContain(catalogue.COMMIT_NOT_FOUND.fix)
  const next = await narwhal.push(`${image}run: echo fine`)
  await next.endsInTime({ outcome: 'passed' })
})

test('a job that waits for a runner is taken by the first that comes', async () => {
  await using narwhal = await startNarwhal({ runners: [] })

  const build = await narwhal.push(`${image}run: echo at last`)

  expect(await build.view()).toMatchObject({ state: 'queued', jobs: [{ kind: 'plan', state: 'queued' }] })
})

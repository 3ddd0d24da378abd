import { expect, test } from 'vitest'
import { startNarwhal } from './start-narwhal.ts'

test('a pushed commit is planned, run and passed, step by step', async () => {
  await using narwhal = await startNarwhal()

  const build = await narwhal.push('image: scripted:1\nsteps:\n  - echo hello\n  - echo world\n')

  const view = await build.ends({ outcome: 'passed' })
  expect(view.jobs.map(({ name, state }) => [name, state])).toEqual([
    ['plan', 'finished'],
    ['build', 'finished'],
  ])
  expect(view.jobs[1]?.attempts[0]?.steps.map(({ name, exitCode }) => [name, exitCode])).toEqual([
    ['echo hello', 0],
    ['echo world', 0],
  ])
  expect(await build.log()).toBe('hello\nworld\n')
  await narwhal.jobs.slotsAreFree()
})

test('a job whose runner goes silent is given to another runner', async () => {
  await using narwhal = await startNarwhal({ runners: ['ada', 'bob'] })
  const build = await narwhal.push('image: scripted:1\nrun: sleep 600')
  await build.isRunningOn('ada')

  await narwhal.runner('ada').silence()
  await narwhal.clock.advance(narwhal.leaseMs + 5_000)

  await build.isRunningOn('bob')
})

test('a job whose runner dies runs on another long before the lease ends', async () => {
  await using narwhal = await startNarwhal({ runners: ['ada', 'bob'] })
  const build = await narwhal.push('image: scripted:1\nrun: sleep 600')
  await build.isRunningOn('ada')

  await narwhal.runner('ada').die()
  await narwhal.passes(narwhal.leaseMs / 3)

  await build.isRunningOn('bob')
  const { attempts } = await build.job()
  expect(attempts.map(({ state }) => state)).toEqual(['lost', 'running'])
})

test('a deployment whose runner dies begins nowhere else', async () => {
  await using narwhal = await startNarwhal({ runners: ['ada', 'bob'] })
  const build = await narwhal.push('image: scripted:1\nlost: fail\nrun: sleep 600')
  await build.isRunningOn('ada')

  await narwhal.runner('ada').die()
  await narwhal.passes(narwhal.leaseMs / 3)

  expect((await build.job()).attempts).toMatchObject([{ state: 'running', runner: 'ada' }])
  await build.endsInTime({ outcome: 'errored', code: 'RUNNER_LOST' })
})

test('a running job that is cancelled ends cancelled and frees its slot', async () => {
  await using narwhal = await startNarwhal()
  const build = await narwhal.push('image: scripted:1\nrun: sleep 600')
  await build.isRunningOn('ada')

  await build.cancel('enough')

  const { ending } = await build.ends({ outcome: 'cancelled', code: 'CANCELLED' })
  expect(ending?.message).toContain('enough')
  await narwhal.jobs.slotsAreFree()
})

test('a failed job that is resubmitted runs again in a new build', async () => {
  await using narwhal = await startNarwhal()
  const build = await narwhal.push('image: scripted:1\nrun: exit 3')
  await build.ends({ outcome: 'failed', code: 'STEP_FAILED' })

  const again = await build.resubmit()

  const view = await again.ends({ outcome: 'failed' })
  expect(view).toMatchObject({ number: 2, jobs: [{ kind: 'plan', state: 'finished' }, { attempts: [{ number: 1 }] }] })
})

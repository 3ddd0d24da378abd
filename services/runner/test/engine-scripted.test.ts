import { silentLog, systemClock, virtualClock } from '@narwhal/host'
import { expect, test } from 'vitest'
import { openEngine } from '../engine/open-engine.ts'
import { testEngineContract } from './engine-contract.ts'
import { never, startTestAttempt } from './engine-fixture.ts'

const log = silentLog()

testEngineContract(
  async () => ({
    engine: openEngine('scripted:', { clock: systemClock, log }),
    image: 'busybox:1',
    missingImage: 'missing:1',
    sidecars: { image: 'busybox:1', dyingImage: 'dying:1' },
  }),
  { adoption: true },
)

test('an image may be one that cannot be pulled', async () => {
  await using engine = openEngine('scripted:', { clock: systemClock, log })

  const providing = engine.provideImage('unpullable:1', { signal: never })

  await expect(providing).rejects.toMatchObject({ code: 'IMAGE_PULL_FAILED' })
})

test('an image may be one without a shell', async () => {
  await using engine = openEngine('scripted:', { clock: systemClock, log })
  await using attempt = await startTestAttempt(engine, 'shell-less:1')

  await expect(attempt.run('true')).rejects.toMatchObject({ code: 'IMAGE_WITHOUT_SHELL' })
})

test('a step sleeps on the clock of the engine', async () => {
  const clock = virtualClock()
  await using engine = openEngine('scripted:', { clock, log })
  await using attempt = await startTestAttempt(engine, 'busybox:1')

  const running = attempt.run('echo early\nsleep 3600\necho late')
  await expect.poll(() => attempt.log().catch(() => '')).toBe('early\n')
  await clock.advance(3_600_000)

  expect(await running).toMatchObject({ exitCode: 0 })
  expect(await attempt.log()).toBe('early\nlate\n')
})

test('a step may run out of memory', async () => {
  await using engine = openEngine('scripted:', { clock: systemClock, log })
  await using attempt = await startTestAttempt(engine, 'busybox:1')

  expect(await attempt.run('oom')).toEqual({ exitCode: 137, outOfMemory: true })
})

test('a step may lose its container', async () => {
  await using engine = openEngine('scripted:', { clock: systemClock, log })
  await using attempt = await startTestAttempt(engine, 'busybox:1')

  await expect(attempt.run('echo early; vanish; echo late')).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
})

test.each([
  'echo a | cat',
  'cat < file',
  'echo a >',
  '> file',
  'echo a > b > c',
  'echo a>b',
  'echo $(date)',
  'sleep 1 &',
  'echo "unclosed',
])('the syntax of %s is refused, not guessed', async (script) => {
  await using engine = openEngine('scripted:', { clock: systemClock, log })
  await using attempt = await startTestAttempt(engine, 'busybox:1')

  expect(await attempt.run(script)).toMatchObject({ exitCode: 2 })
  expect(await attempt.log()).toContain('does not know this syntax')
})

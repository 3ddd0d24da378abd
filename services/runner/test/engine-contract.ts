import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import { stepLogPath } from '../engine/step-log-path.ts'
import { failureOf, never, openTestAttempt, startTestAttempt, testRunnerId } from './engine-fixture.ts'

export interface EngineUnderTest {
  readonly engine: Engine
  /** An image that is present. */
  readonly image: string
  readonly missingImage: string
}

/** What every engine promises. Scripts use only what the scripted engine and `sh` both understand. */
export function testEngineContract(open: () => Promise<EngineUnderTest>): void {
  const under = openedBefore(open)

  testImages(under)
  testSteps(under)
  testEnvironmentAndLogs(under)
  testEnds(under)
  testLeftovers(under)
}

/** Opens the engine before the first test; its parts are read while tests run. */
function openedBefore(open: () => Promise<EngineUnderTest>): EngineUnderTest {
  let opened: EngineUnderTest | undefined
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened?.engine[Symbol.asyncDispose]())
  const get = () => opened ?? expect.fail('the engine is not open')
  return {
    get engine() {
      return get().engine
    },
    get image() {
      return get().image
    },
    get missingImage() {
      return get().missingImage
    },
  }
}

function testImages(under: EngineUnderTest): void {
  test('an open engine is ready', async () => {
    expect(await under.engine.readiness({ signal: never })).toBe('ready')
  })

  test('an image that is present is provided', async () => {
    await under.engine.provideImage(under.image, { signal: never })
  })

  test('an image that does not exist is a problem of the user', async () => {
    await expect(under.engine.provideImage(under.missingImage, { signal: never })).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
    })
  })

  test('a container of an image that is not here is not started', async () => {
    await using attempt = await openTestAttempt(under.missingImage)

    const starting = under.engine.startContainer(attempt.spec, { signal: never })

    await expect(starting).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
  })
}

function testSteps(under: EngineUnderTest): void {
  const start = (env: Record<string, string> = {}) => startTestAttempt(under.engine, under.image, { env })

  test('the output of a step is in its log when the step has ended', async () => {
    await using attempt = await start()

    const end = await attempt.run('echo one\n# a comment\necho "two  words" \'and $three\'; seq 3\n')

    expect(end).toEqual({ exitCode: 0, outOfMemory: false })
    expect(await attempt.log()).toBe('one\ntwo  words and $three\n1\n2\n3\n')
  })

  test('a step that prints nothing has an empty log', async () => {
    await using attempt = await start()

    const end = await attempt.run('true')

    expect(end.exitCode).toBe(0)
    expect(await attempt.log()).toBe('')
  })

  test('the exit code of a step is that of its shell', async () => {
    await using attempt = await start()

    const end = await attempt.run('echo before\nexit 42\necho after')

    expect(end).toEqual({ exitCode: 42, outOfMemory: false })
    expect(await attempt.log()).toBe('before\n')
  })

  test('the first command that fails ends the step', async () => {
    await using attempt = await start()

    const end = await attempt.run('false && echo no; false || echo yes\nfalse\necho never')

    expect(end.exitCode).toBe(1)
    expect(await attempt.log()).toBe('yes\n')
  })

  test('a command that does not exist ends the step with 127', async () => {
    await using attempt = await start()

    const end = await attempt.run('frobnicate --all')

    expect(end.exitCode).toBe(127)
    expect(await attempt.log()).toContain('frobnicate: not found')
  })
}

function testEnvironmentAndLogs(under: EngineUnderTest): void {
  const start = (env: Record<string, string> = {}) => startTestAttempt(under.engine, under.image, { env })

  test('a step sees the environment of its container and its own, which wins', async () => {
    await using attempt = await start({ SHARED: 'of the container', OWN: 'of the container' })

    await attempt.run('echo "$SHARED, ${OWN}, ${NOBODY}."', { env: { OWN: 'of the step: "ä\\$"' } })

    expect(await attempt.log()).toBe('of the container, of the step: "ä\\$", .\n')
  })

  test('each step has a log of its own', async () => {
    await using attempt = await start()

    await attempt.run('echo first', { index: 0 })
    await attempt.run('echo second', { index: 1 })

    expect(await attempt.log(0)).toBe('first\n')
    expect(await attempt.log(1)).toBe('second\n')
  })

  test('a log ends at its cap and the step goes on', async () => {
    await using attempt = await start()

    const end = await attempt.run('seq 100000\nexit 3', { logCapBytes: 1024 })

    expect(end.exitCode).toBe(3)
    expect(await attempt.log()).toBe(numbers(100_000).slice(0, 1024))
  })
}

function testEnds(under: EngineUnderTest): void {
  const start = (env: Record<string, string> = {}) => startTestAttempt(under.engine, under.image, { env })

  test('output can be read while the step still runs, and an abort ends it', async () => {
    await using attempt = await start()
    const cancel = new AbortController()

    const running = attempt.run('echo early; sleep 3600', { signal: cancel.signal })
    const failure = failureOf(running)
    await expect.poll(() => attempt.log().catch(() => ''), { timeout: 10_000 }).toBe('early\n')
    cancel.abort('cancelled')

    expect(await failure).toBe('cancelled')
  })

  test('after an abort the container takes no more steps', async () => {
    await using attempt = await start()
    const cancel = new AbortController()

    const running = attempt.run('sleep 3600', { signal: cancel.signal })
    const failure = failureOf(running)
    cancel.abort('cancelled')
    expect(await failure).toBe('cancelled')

    await expect(attempt.run('true', { index: 1 })).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
  })

  test('a signal that is aborted already starts nothing', async () => {
    await using attempt = await start()
    const signal = AbortSignal.abort('too late')

    await expect(under.engine.startContainer(attempt.spec, { signal })).rejects.toBe('too late')
    await expect(attempt.run('true', { signal })).rejects.toBe('too late')
    expect(await attempt.run('true')).toMatchObject({ exitCode: 0 })
  })

  test('a step whose container is killed by somebody else ends with a problem', async () => {
    await using attempt = await start()

    const running = attempt.run('echo early; sleep 3600')
    const failure = failureOf(running)
    await expect.poll(() => attempt.log().catch(() => ''), { timeout: 10_000 }).toBe('early\n')
    await attempt.container.kill()

    expect(await failure).toMatchObject({ code: 'CONTAINER_GONE' })
  })
}

function testLeftovers(under: EngineUnderTest): void {
  const start = (env: Record<string, string> = {}) => startTestAttempt(under.engine, under.image, { env })

  test('killing and disposing may be repeated', async () => {
    await using attempt = await start()

    await Promise.all([attempt.container.kill(), attempt.container[Symbol.asyncDispose]()])
    await attempt.container[Symbol.asyncDispose]()
    await attempt.container.kill()

    await expect(attempt.run('true')).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
  })

  test('nothing that lies in the spool under the name of a log is followed', async () => {
    await using attempt = await start()
    const { spoolPath } = attempt.spec
    const victim = `${spoolPath}-victim`
    await writeFile(victim, 'untouched')
    await symlink(victim, stepLogPath(spoolPath, 0))
    await mkdir(stepLogPath(spoolPath, 1))

    await attempt.run('echo one', { index: 0 })
    await attempt.run('echo two', { index: 1 })

    expect(await readFile(victim, 'utf8')).toBe('untouched')
    expect(await attempt.log(0)).toBe('one\n')
    expect(await attempt.log(1)).toBe('two\n')
  })

  test('of the containers of a runner all are removed but those to keep', async () => {
    await using lost = await start()
    await using kept = await start()

    await under.engine.removeLeftovers('another-runner', new Set())
    expect(await lost.run('true')).toMatchObject({ exitCode: 0 })
    const removed = await under.engine.removeLeftovers(testRunnerId, new Set([kept.spec.attemptId]))

    expect(removed).toBe(1)
    await expect(lost.run('true')).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
    expect(await kept.run('true')).toMatchObject({ exitCode: 0 })
  })
}

function numbers(last: number): string {
  return Array.from({ length: last }, (_, index) => `${index + 1}\n`).join('')
}

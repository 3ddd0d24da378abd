import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { stepLogPath } from '../engine/step-log-path.ts'
import { failureOf, runTestStep, startTestAttempt, testRunnerId } from './engine-fixture.ts'
import type { EngineUnderTest } from './engine-under-test.ts'

/** How containers end: by an abort, by somebody else, with their runner. */
export function testEnds(under: EngineUnderTest): void {
  testAborts(under)
  testLeftovers(under)
}

function testAborts(under: EngineUnderTest): void {
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

    await expect(under.engine.openNetwork(attempt.spec, { signal })).rejects.toBe('too late')
    await expect(attempt.network.startContainer(attempt.spec, { signal })).rejects.toBe('too late')
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

  test('after a kill another container may be started in the same network, on the same workspace', async () => {
    await using attempt = await start()
    await attempt.run('echo kept > file')
    await attempt.container.kill()

    await using other = await attempt.startContainer()

    expect(await runTestStep(other, 'cat file', { index: 1 })).toMatchObject({ exitCode: 0 })
    expect(await attempt.log(1)).toBe('kept\n')
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

import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stepLogPath } from '../engine/step-log-path.ts'
import { failureOf, runTestStep, startTestAttempt } from './engine-fixture.ts'
import type { EngineUnderTest } from './engine-under-test.ts'

/** What a step may ask for beyond its script. */
export function testStepOptions(under: EngineUnderTest): void {
  testWhereAndHow(under)
  testTriedAgain(under)
  testSideBySide(under)
}

function testWhereAndHow(under: EngineUnderTest): void {
  const start = () => startTestAttempt(under.engine, under.image)

  test('a step runs in the workspace, or in the directory below it that it names', async () => {
    await using attempt = await start()
    const { workspacePath } = attempt.spec
    await mkdir(join(workspacePath, 'a b/ä'), { recursive: true })
    await writeFile(join(workspacePath, 'where'), 'at the top\n')
    await writeFile(join(workspacePath, 'a b/ä/where'), 'below\n')

    await attempt.run('cat where', { index: 0 })
    await attempt.run('cat where', { index: 1, dir: 'a b/ä' })

    expect(await attempt.log(0)).toBe('at the top\n')
    expect(await attempt.log(1)).toBe('below\n')
  })

  test.each(['not/there', 'a-file'])('a step in the directory %s, which is none, is not run', async (dir) => {
    await using attempt = await start()
    await writeFile(join(attempt.spec.workspacePath, 'a-file'), '')

    const running = attempt.run('echo ran > ran', { dir })

    await expect(running).rejects.toMatchObject({
      code: 'STEP_DIRECTORY_MISSING',
      message: expect.stringContaining(dir),
    })
    expect(await attempt.run('test -e ran', { index: 1 })).toMatchObject({ exitCode: 1 })
  })

  test('a step may bring its own shell, with its options', async () => {
    await using attempt = await start()

    const end = await attempt.run('false\necho after', { shell: 'sh' })

    expect(end).toMatchObject({ exitCode: 0 })
    expect(await attempt.log()).toBe('after\n')
  })

  test('a shell that the image does not have is a problem of the user', async () => {
    await using attempt = await start()

    await expect(attempt.run('true', { shell: 'fishsh -e' })).rejects.toMatchObject({ code: 'IMAGE_WITHOUT_SHELL' })
  })

  test('a step knows where the two directories are', async () => {
    await using attempt = await start()
    const { workspacePath, spoolPath } = under.engine.insidePaths(attempt.spec)
    await writeFile(join(attempt.spec.workspacePath, 'here'), 'found\n')

    await attempt.run('cat "$W/here"; echo told > "$S/told"', { env: { W: workspacePath, S: spoolPath } })

    expect(await attempt.log()).toBe('found\n')
    expect(await stat(join(attempt.spec.spoolPath, 'told'))).toMatchObject({ size: 5 })
  })
}

function testTriedAgain(under: EngineUnderTest): void {
  const start = () => startTestAttempt(under.engine, under.image)

  test('the log of a step begins anew, unless it is to go on', async () => {
    await using attempt = await start()

    await attempt.run('echo forgotten')
    await attempt.run('echo one; exit 1')
    await attempt.run('echo two', { append: true })

    expect(await attempt.log()).toBe('one\ntwo\n')
  })

  test('a log that goes on may grow by its cap', async () => {
    await using attempt = await start()

    await attempt.run('echo one', { logCapBytes: 512 })
    const end = await attempt.run('seq 1000', { logCapBytes: 512, append: true })

    expect(end.exitCode).toBe(0)
    expect((await attempt.log()).length).toBeGreaterThanOrEqual(4 + 512)
    expect((await attempt.log()).length).toBeLessThan(4 + 512 + 512)
    expect(await attempt.log()).toMatch(/^one\n1\n2\n3\n/)
  })

  test('a log that is to go on without having begun begins', async () => {
    await using attempt = await start()

    await attempt.run('echo one', { append: true })

    expect(await attempt.log()).toBe('one\n')
  })
}

function testSideBySide(under: EngineUnderTest): void {
  const start = () => startTestAttempt(under.engine, under.image)
  const isLong = (attempt: { log(index?: number): Promise<string> }, index: number) =>
    expect.poll(() => attempt.log(index).catch(() => ''), { timeout: 10_000 }).toBe('long\n')

  test('steps of one container run side by side', async () => {
    await using attempt = await start()
    const cancel = new AbortController()
    const long = failureOf(attempt.run('echo long; sleep 3600', { index: 0, signal: cancel.signal }))
    await isLong(attempt, 0)

    const [second, third] = await Promise.all([
      attempt.run('echo second', { index: 1 }),
      attempt.run('echo third; exit 3', { index: 2 }),
    ])

    expect([second.exitCode, third.exitCode]).toEqual([0, 3])
    expect(await attempt.log(1)).toBe('second\n')
    expect(await attempt.log(2)).toBe('third\n')
    cancel.abort('enough')
    expect(await long).toBe('enough')
  })

  test('an abort of one step ends those beside it with their container', async () => {
    await using attempt = await start()
    const cancel = new AbortController()
    const aborted = failureOf(attempt.run('echo long; sleep 3600', { index: 0, signal: cancel.signal }))
    const neighbour = failureOf(attempt.run('echo long; sleep 3600', { index: 1 }))
    await isLong(attempt, 0)
    await isLong(attempt, 1)

    cancel.abort('enough')

    expect(await aborted).toBe('enough')
    expect(await neighbour).toMatchObject({ code: 'CONTAINER_GONE' })
  })

  test('containers of one attempt share its workspace, and nothing of one ends with the other', async () => {
    await using attempt = await start()
    const other = await attempt.startContainer({ env: { WHO: 'the other' } })

    await runTestStep(other, 'echo "$WHO" > who', { index: 0 })
    await other[Symbol.asyncDispose]()

    expect(await attempt.run('cat who', { index: 1 })).toMatchObject({ exitCode: 0 })
    expect(await attempt.log(1)).toBe('the other\n')
    await expect(runTestStep(other, 'true', { index: 2 })).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
    expect(await stat(stepLogPath(attempt.spec.spoolPath, 0))).toMatchObject({ size: 0 })
  })
}

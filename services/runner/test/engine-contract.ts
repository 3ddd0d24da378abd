import { expect, test } from 'vitest'
import { testNoAdoption } from './engine-contract-adoption.ts'
import { testEnds } from './engine-contract-ends.ts'
import { testFiles } from './engine-contract-files.ts'
import { testHostileArchives } from './engine-contract-hostile.ts'
import { testBuiltImages } from './engine-contract-images.ts'
import { testScripts } from './engine-contract-shell.ts'
import { testSidecars } from './engine-contract-sidecars.ts'
import { testStepOptions } from './engine-contract-steps.ts'
import { never, openTestNetwork, startTestAttempt } from './engine-fixture.ts'
import { type EngineUnderTest, openedBefore } from './engine-under-test.ts'

/** What an engine may be without. */
export interface EngineLacks {
  /** It has no containers: whatever `image` says, steps run in the same place. */
  readonly images?: true
  readonly sidecars?: true
  readonly building?: true
  /** Nothing outlives the runner. */
  readonly adoption?: true
}

/** What every engine promises. Scripts use only what the scripted engine and `sh` both understand. */
export function testEngineContract(open: () => Promise<EngineUnderTest>, lacks: EngineLacks = {}): void {
  const under = openedBefore(open)

  testReadiness(under)
  if (lacks.images === undefined) testImages(under)
  testSteps(under)
  testEnvironmentAndLogs(under)
  testScripts(under)
  testStepOptions(under)
  testFiles(under)
  testHostileArchives(under)
  testEnds(under)
  if (lacks.sidecars === undefined) testSidecars(under)
  if (lacks.building === undefined) testBuiltImages(under)
  if (lacks.adoption === true) testNoAdoption(under)
}

function testReadiness(under: EngineUnderTest): void {
  test('an open engine is ready, and knows its platform', async () => {
    expect(await under.engine.readiness({ signal: never })).toBe('ready')
    expect(under.engine.platform).toMatch(/^[a-z]+\/[a-z0-9]+/)
  })
}

function testImages(under: EngineUnderTest): void {
  test('an image that is present is provided, with the same digest each time', async () => {
    const digest = await under.engine.provideImage(under.image, { signal: never })

    expect(digest).toMatch(/^(?:sha256:[0-9a-f]{64})?$/)
    expect(await under.engine.provideImage(under.image, { signal: never })).toBe(digest)
  })

  test('an image that does not exist is a problem of the user', async () => {
    await expect(under.engine.provideImage(under.missingImage, { signal: never })).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
    })
  })

  test('a container of an image that is not here is not started', async () => {
    await using attempt = await openTestNetwork(under.engine, under.missingImage)

    const starting = attempt.startContainer()

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

function numbers(last: number): string {
  return Array.from({ length: last }, (_, index) => `${index + 1}\n`).join('')
}

import { expect, test } from 'vitest'
import type { SidecarSpec } from '../engine/engine.ts'
import { failureOf, never, openTestNetwork, startTestAttempt, testRunnerId } from './engine-fixture.ts'
import type { EngineUnderTest } from './engine-under-test.ts'

/** Containers beside the steps. */
export function testSidecars(under: Required<EngineUnderTest>): void {
  testReachability(under)
  testReadiness(under)
}

function testReachability(under: Required<EngineUnderTest>): void {
  const start = (overrides = {}) => startTestAttempt(under.engine, under.image, overrides)
  const specOf = (host: string): SidecarSpec => ({ host, image: under.sidecars.image, env: {} })

  test('steps find a sidecar under its host name', async () => {
    await using attempt = await start()
    await using sidecar = await attempt.network.startSidecar(specOf('db'), { signal: never })
    await sidecar.untilReady({ signal: never })

    expect(await attempt.run('nslookup db', { index: 0 })).toMatchObject({ exitCode: 0 })
    expect((await attempt.run('nslookup nobody', { index: 1 })).exitCode).not.toBe(0)
  })

  test('steps find a sidecar also without a way out', async () => {
    await using attempt = await start({ access: 'internal' })
    await using sidecar = await attempt.network.startSidecar(specOf('db'), { signal: never })
    await sidecar.untilReady({ signal: never })

    expect(await attempt.run('nslookup db')).toMatchObject({ exitCode: 0 })
  })

  test('sidecars of one attempt are not there for another', async () => {
    await using attempt = await start()
    await using stranger = await start()
    await using sidecar = await attempt.network.startSidecar(specOf('db'), { signal: never })
    await sidecar.untilReady({ signal: never })

    expect((await stranger.run('nslookup db')).exitCode).not.toBe(0)
  })

  test('a sidecar that is disposed is gone, and disposing may be repeated', async () => {
    await using attempt = await start()
    const sidecar = await attempt.network.startSidecar(specOf('db'), { signal: never })
    await sidecar.untilReady({ signal: never })

    await Promise.all([sidecar[Symbol.asyncDispose](), sidecar[Symbol.asyncDispose]()])

    expect((await attempt.run('nslookup db')).exitCode).not.toBe(0)
  })

  test('what a former life left of an attempt goes with its sidecars', async () => {
    await using attempt = await openTestNetwork(under.engine, under.image)
    const sidecar = await attempt.network.startSidecar(specOf('db'), { signal: never })

    expect(await under.engine.removeLeftovers(testRunnerId, new Set([attempt.spec.attemptId]))).toBe(0)
    expect(await under.engine.removeLeftovers(testRunnerId, new Set())).toBe(1)

    await expect(sidecar.untilReady({ signal: never })).rejects.toMatchObject({ code: 'SIDECAR_ENDED' })
  })
}

function testReadiness(under: Required<EngineUnderTest>): void {
  const open = () => openTestNetwork(under.engine, under.image)
  const specOf = (changes: Partial<SidecarSpec>): SidecarSpec => {
    return { host: 'db', image: under.sidecars.image, env: {}, ...changes }
  }

  test('a sidecar is ready once its command inside it succeeds', async () => {
    await using attempt = await open()
    const spec = specOf({ ready: 'test "$NAME" = ada', env: { NAME: 'ada' } })
    await using sidecar = await attempt.network.startSidecar(spec, { signal: never })

    await sidecar.untilReady({ signal: never })

    await expect.poll(() => sidecar.lastOutput(), { timeout: 10_000 }).toContain('up')
  })

  test('a sidecar whose command fails is waited for until the signal says otherwise', async () => {
    await using attempt = await open()
    const cancel = new AbortController()
    await using sidecar = await attempt.network.startSidecar(specOf({ ready: 'false' }), { signal: never })

    const waiting = failureOf(sidecar.untilReady({ signal: cancel.signal }))
    cancel.abort('enough')

    expect(await waiting).toBe('enough')
  })

  test('a sidecar that ends says what it wrote last', async () => {
    await using attempt = await open()
    const spec = specOf({ image: under.sidecars.dyingImage, ready: 'false' })
    await using sidecar = await attempt.network.startSidecar(spec, { signal: never })

    const waiting = sidecar.untilReady({ signal: never })

    const said = expect.stringContaining('no space for tea')
    await expect(waiting).rejects.toMatchObject({ code: 'SIDECAR_ENDED', message: said })
    expect(await sidecar.lastOutput()).toContain('no space for tea')
  })

  test('a sidecar of an image that is not here is not started', async () => {
    await using attempt = await open()

    const starting = attempt.network.startSidecar(specOf({ image: under.missingImage }), { signal: never })

    await expect(starting).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
  })
}

import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ImageBuildSpec } from '../engine/engine.ts'
import { never, openTestNetwork, runTestStep } from './engine-fixture.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import { tarOf } from './tar-in-tests.ts'

/** Images that steps build. */
export function testBuiltImages(under: EngineUnderTest): void {
  const open = () => openTestNetwork(under.engine, under.image)
  const { find, tag, remove } = {
    find: (label: string) => under.engine.built.find(label, { signal: never }),
    tag: (image: string, name: string) => under.engine.built.tag(image, name, { signal: never }),
    remove: (image: string) => under.engine.built.remove(image, { signal: never }),
  }

  test('an image that was built is found by its label until it is removed', async () => {
    await using attempt = await open()
    const spec = specOf(under.image)
    expect(await find(spec.label)).toBeUndefined()

    const digest = await attempt.network.buildImage(spec, { signal: never })

    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await find(spec.label)).toBe(digest)
    await remove(digest)
    expect(await find(spec.label)).toBeUndefined()
    await remove(digest)
  })

  test('a container may be started of an image that was built, by its digest and by its tag', async () => {
    await using attempt = await open()
    const name = `narwhal-test/built:${randomUUID()}`
    const digest = await attempt.network.buildImage(specOf(under.image), { signal: never })

    await tag(digest, name)
    await using byDigest = await attempt.startContainer({ image: digest })
    await using byTag = await attempt.startContainer({ image: name })

    expect(await runTestStep(byDigest, 'true', { index: 0 })).toMatchObject({ exitCode: 0 })
    expect(await runTestStep(byTag, 'true', { index: 1 })).toMatchObject({ exitCode: 0 })
    await byDigest[Symbol.asyncDispose]()
    await byTag[Symbol.asyncDispose]()
    await remove(name)
    await remove(digest)
  })

  test('an image gets no tag that is no name', async () => {
    await using attempt = await open()
    const digest = await attempt.network.buildImage(specOf(under.image), { signal: never })

    await expect(tag(digest, 'Not A Name:!')).rejects.toMatchObject({ code: 'ENGINE_REFUSED' })
    await remove(digest)
  })

  test('building ends with its signal', async () => {
    await using attempt = await open()

    const building = attempt.network.buildImage(specOf(under.image), { signal: AbortSignal.abort('too late') })

    await expect(building).rejects.toBe('too late')
  })
}

function specOf(image: string): ImageBuildSpec {
  const context = tarOf([{ name: 'ci/Dockerfile', content: `FROM ${image}\nARG WHO=nobody\nENV WHO=$WHO\n` }])
  const label = `narwhal.test=${randomUUID()}`
  return { context, file: 'ci/Dockerfile', args: { WHO: 'ada' }, label, onOutput: () => undefined }
}

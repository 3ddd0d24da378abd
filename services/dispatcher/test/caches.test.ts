import type { Commit } from '@narwhal/protocol'
import { describe, expect, test } from 'vitest'
import { readScopes, writeScope } from '../cache-scopes.ts'
import { commit, openDispatcher, plannedJob, type Rig } from './open-dispatcher.ts'
import { planJobs } from './paper-build.ts'
import type { PaperRunner } from './paper-runner.ts'
import { referenceOf, runnerSide } from './runner-side.ts'

const dayMs = 24 * 3_600_000
const main = 'refs/heads/main'
const feature = 'refs/heads/feature'

/** A job of a commit that runs, with the calls of its runner. */
async function begin(rig: Rig, ada: PaperRunner, of: Partial<Commit> = {}) {
  const build = await planJobs(rig, ada, [plannedJob('build')], { commit: of })
  return runnerSide(rig, await build.offer('build'))
}

describe('scopes', () => {
  test.each<[string, Partial<Commit>, string[], string]>([
    ['a branch', { ref: main }, [`trusted ${main}`, 'trusted repository'], `trusted ${main}`],
    [
      'a tag',
      { ref: 'refs/tags/v1', trigger: 'tag' },
      ['trusted refs/tags/v1', 'trusted repository'],
      'trusted refs/tags/v1',
    ],
    [
      'a pull request',
      { ref: feature, base: main, trigger: 'pull_request' },
      [`trusted ${feature}`, `trusted ${main}`, 'trusted repository'],
      `trusted ${feature}`,
    ],
    [
      'the pull request of a fork',
      { ref: main, base: main, trigger: 'pull_request', trust: 'untrusted' },
      [`untrusted untrusted:${main}`, 'trusted repository'],
      `untrusted untrusted:${main}`,
    ],
  ])('%s reads its own entries, those of its base, those of all', (_, of, read, written) => {
    const name = ({ trust, scope }: { trust: string; scope: string }) => `${trust} ${scope}`

    expect(readScopes({ ...commit, ...of }, 'branch').map(name)).toEqual(read)
    expect(name(writeScope({ ...commit, ...of }, 'branch'))).toBe(written)
  })

  test.each<[string, Partial<Commit>, boolean]>([
    ['a branch', { ref: feature }, true],
    ['a tag', { ref: 'refs/tags/v1', trigger: 'tag' }, false],
    ['a pull request', { trigger: 'pull_request' }, false],
    ['an untrusted commit', { trust: 'untrusted' }, false],
  ])('for all branches %s writes: %s', (_, of, writes) => {
    expect(writeScope({ ...commit, ...of }, 'repository').scope === 'repository').toBe(writes)
    expect(readScopes({ ...commit, ...of }, 'repository').at(-1)).toEqual({ trust: 'trusted', scope: 'repository' })
  })
})

test('an entry is found by its key, and its bytes are read', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const first = await begin(rig, ada)

  expect(await first.find('npm')).toBeUndefined()
  expect(await first.cache('npm', 'modules')).toBe(true)

  const second = await begin(rig, ada)
  expect(await second.find('npm')).toEqual(referenceOf('modules'))
  expect(await second.download('modules')).toBe('modules')
  expect(await second.find('yarn')).toBeUndefined()
})

test('an entry never changes', async () => {
  await using rig = await openDispatcher()
  const runner = await begin(rig, await rig.runner('ada', 8))
  await runner.cache('npm', 'modules')

  expect(await runner.cache('npm', 'poison')).toBe(false)

  expect(await runner.find('npm')).toEqual(referenceOf('modules'))
})

test('what a branch caches is not there for another one, what all share is', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const onMain = await begin(rig, ada)
  await onMain.cache('npm', 'modules')
  await onMain.cache('shared', 'everything', 'repository')

  const onFeature = await begin(rig, ada, { ref: feature })

  expect(await onFeature.find('npm')).toBeUndefined()
  await expect(onFeature.download('modules')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
  expect(await onFeature.find('shared')).toEqual(referenceOf('everything'))
  expect(await onFeature.download('everything')).toBe('everything')
})

test('what a fork caches, no trusted commit reads', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const fork = { ref: main, base: main, trigger: 'pull_request', trust: 'untrusted' } as const
  const eve = await begin(rig, ada, fork)

  expect(await eve.cache('npm', 'poison')).toBe(true)
  expect(await eve.cache('shared', 'poison too', 'repository')).toBe(true)

  const victim = await begin(rig, ada)
  expect([await victim.find('npm'), await victim.find('shared', 'repository')]).toEqual([undefined, undefined])
  await expect(victim.download('poison')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
  expect(await victim.cache('npm', 'modules')).toBe(true)
  expect(await eve.find('npm')).toEqual(referenceOf('poison'))
})

test('an entry of bytes that were not uploaded is refused', async () => {
  await using rig = await openDispatcher()
  const runner = await begin(rig, await rig.runner('ada', 8))

  await expect(runner.save('npm', 'nothing', 'branch')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
})

test('an entry whose bytes are lost makes room for a new one', async () => {
  await using rig = await openDispatcher()
  const runner = await begin(rig, await rig.runner('ada', 8))
  await runner.cache('npm', 'modules')
  for await (const key of rig.blobs.list('blobs/')) await rig.blobs.remove(key)

  expect(await runner.find('npm')).toBeUndefined()

  expect(await runner.cache('npm', 'modules')).toBe(true)
  expect(await runner.download('modules')).toBe('modules')
})

test('an entry lives while it is used, and goes with its bytes two weeks later', async () => {
  await using rig = await openDispatcher({ queueLimitMs: 90 * dayMs })
  const ada = await rig.runner('ada', 8)
  await (await begin(rig, ada)).cache('npm', 'modules')
  const findLater = async (days: number) => {
    rig.stepClock(days * dayMs)
    await rig.clock.advance(60_000)
    return (await begin(rig, ada)).find('npm')
  }

  expect(await findLater(13)).toEqual(referenceOf('modules'))
  expect(await findLater(13)).toEqual(referenceOf('modules'))
  expect(await findLater(15)).toBeUndefined()
  expect(await Array.fromAsync(rig.blobs.list('blobs/'))).toEqual([])
})

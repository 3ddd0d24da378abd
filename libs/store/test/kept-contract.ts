import { describe, expect, test } from 'vitest'
import type { BlobRecord, CacheRecord, Keeper, SecretRecord } from '../index.ts'
import { newBuild, newJob, type StoreUnderTest } from './records.ts'

const keeper: Keeper = { repository: 'github.com/ada/engine', trust: 'trusted' }
const sha = (letter: string) => letter.repeat(64)

function newBlob(letter: string, others: Partial<BlobRecord> = {}): BlobRecord {
  const key = `blobs/${letter}/${JSON.stringify(others)}`
  return { ...keeper, sha256: sha(letter), bytes: 10, key, uploadedAt: 1_000, keepUntil: 2_000, ...others }
}

function newEntry(key: string, letter: string, others: Partial<CacheRecord> = {}): CacheRecord {
  const place = { ...keeper, scope: 'refs/heads/main', key }
  return { ...place, sha256: sha(letter), bytes: 10, createdAt: 1_000, usedAt: 1_000, ...others }
}

function newSecret(name: string, version: number): SecretRecord {
  const [wrappedKey, nonce, ciphertext] = [new Uint8Array([1, 2]), new Uint8Array([3]), new Uint8Array([version, 255])]
  return { repository: keeper.repository, name, version, wrappedKey, nonce, ciphertext, changedAt: 1_000 + version }
}

/** What every store does with what repositories keep beside their builds. */
export function describeKept(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`what is kept in ${name}`, () => {
    describeBlobs(open)
    describeBuilds(open)
    describeCaches(open)
    describeRoom(open)
    describeSecrets(open)
    describeMarks(open)
  })
}

function describeBlobs(open: () => Promise<StoreUnderTest>): void {
  test('the same bytes are one blob of each repository and trust', async () => {
    await using under = await open()
    const others = [{ repository: 'github.com/bob/engine' }, { trust: 'untrusted' as const }]

    const kept = await under.store.transaction(async ({ blobs }) => {
      const first = await blobs.insert(newBlob('a'))
      const again = await blobs.insert(newBlob('a', { key: 'blobs/a/again' }))
      const elsewhere = [await blobs.find({ ...keeper, ...others[0] }, sha('a'))]
      for (const other of others) expect(await blobs.insert(newBlob('a', other))).toBe(true)
      return { first, again, elsewhere, found: await blobs.find(keeper, sha('a')) }
    })

    expect(kept).toEqual({ first: true, again: false, elsewhere: [undefined], found: newBlob('a') })
  })

  test('a blob is kept longer, never shorter', async () => {
    await using under = await open()

    const seen = await under.store.transaction(async ({ blobs }) => {
      await blobs.insert(newBlob('a'))
      const kept = [await blobs.keep(keeper, sha('a'), 9_000), await blobs.keep(keeper, sha('a'), 3_000)]
      return {
        kept,
        until: (await blobs.find(keeper, sha('a')))?.keepUntil,
        none: await blobs.keep(keeper, sha('b'), 1),
      }
    })

    expect(seen).toEqual({ kept: [true, true], until: 9_000, none: false })
  })

  test('blobs whose time is over go, but for those that a cache of the same keeper points to', async () => {
    await using under = await open()

    const seen = await under.store.transaction(async ({ blobs, caches }) => {
      const all = [newBlob('a'), newBlob('b'), newBlob('b', { trust: 'untrusted' }), newBlob('c', { keepUntil: 2_001 })]
      for (const blob of all) await blobs.insert(blob)
      await caches.insert(newEntry('npm', 'b'))
      const gone = await blobs.removeExpired({ now: 2_000, limit: 10 })
      return { gone, known: await blobs.known(all.map(({ key }) => key)) }
    })

    expect(new Set(seen.gone)).toEqual(new Set([newBlob('a'), newBlob('b', { trust: 'untrusted' })]))
    expect(new Set(seen.known)).toEqual(new Set([newBlob('b').key, newBlob('c', { keepUntil: 2_001 }).key]))
  })
}

function describeBuilds(open: () => Promise<StoreUnderTest>): void {
  test('what a job left stays while its build goes on', async () => {
    await using under = await open()
    const produced = { outputs: {}, artifacts: { sha256: sha('a'), bytes: 10, files: 1, keepMs: 1 } }

    const seen = await under.store.transaction(async ({ blobs, builds, jobs }) => {
      const build = await builds.insert(newBuild(1))
      await jobs.insert({ ...newJob(2, build.id), produced })
      for (const blob of [newBlob('a'), newBlob('a', { trust: 'untrusted' })]) await blobs.insert(blob)
      const during = await blobs.removeExpired({ now: 2_000, limit: 10 })
      await builds.save(build, { state: { state: 'finished', ending: { outcome: 'passed' }, finishedAt: 2_000 } })
      return [during, await blobs.removeExpired({ now: 2_000, limit: 10 })]
    })

    expect(seen).toEqual([[newBlob('a', { trust: 'untrusted' })], [newBlob('a')]])
  })
}

function describeCaches(open: () => Promise<StoreUnderTest>): void {
  test('an entry never changes, and is found at its own place alone', async () => {
    await using under = await open()
    const entry = newEntry('npm', 'a')
    const others = [{ repository: 'x' }, { trust: 'untrusted' as const }, { scope: 'repository' }, { key: 'yarn' }]

    const seen = await under.store.transaction(async ({ caches }) => {
      const kept = [await caches.insert(entry), await caches.insert(newEntry('npm', 'b'))]
      const elsewhere = await Promise.all(others.map((other) => caches.find({ ...entry, ...other })))
      return { kept, found: await caches.find(entry), elsewhere }
    })

    expect(seen).toEqual({ kept: [true, false], found: entry, elsewhere: others.map(() => undefined) })
  })

  test('bytes are those of a scope only if one of its entries has them', async () => {
    await using under = await open()

    const seen = await under.store.transaction(async ({ caches }) => {
      await caches.insert(newEntry('npm', 'a'))
      const has = (scopes: string[], of: Keeper = keeper) => caches.hasBlob(of, scopes, sha('a'))
      return [
        await has(['x', 'refs/heads/main']),
        await has(['x']),
        await has(['refs/heads/main'], { ...keeper, trust: 'untrusted' }),
        await caches.hasBlob(keeper, ['refs/heads/main'], sha('b')),
      ]
    })

    expect(seen).toEqual([true, false, false, false])
  })
}

function describeRoom(open: () => Promise<StoreUnderTest>): void {
  test('over the limit the entries go that were not used for longest', async () => {
    await using under = await open()
    const entries = ['one', 'two', 'three'].map((key, place) => newEntry(key, 'a', { usedAt: 1_000 + place }))
    const other = newEntry('one', 'a', { repository: 'github.com/bob/engine', usedAt: 1 })

    const left = await under.store.transaction(async ({ caches }) => {
      for (const entry of [...entries, other]) await caches.insert(entry)
      await caches.use(newEntry('one', 'a'), 5_000)
      await caches.shrink(keeper, 20)
      const found = await Promise.all([...entries, other].map(caches.find))
      return found.map((entry) => entry?.usedAt)
    })

    expect(left).toEqual([5_000, undefined, 1_002, 1])
  })

  test('entries that nobody used go', async () => {
    await using under = await open()

    const left = await under.store.transaction(async ({ caches }) => {
      await caches.insert(newEntry('old', 'a', { usedAt: 1_999 }))
      await caches.insert(newEntry('new', 'a', { usedAt: 2_000 }))
      await caches.removeUnused(2_000)
      return [await caches.find(newEntry('old', 'a')), (await caches.find(newEntry('new', 'a')))?.key]
    })

    expect(left).toEqual([undefined, 'new'])
  })
}

function describeSecrets(open: () => Promise<StoreUnderTest>): void {
  test('a secret is replaced by its next version, byte for byte', async () => {
    await using under = await open()

    const seen = await under.store.transaction(async ({ secrets }) => {
      await secrets.put(newSecret('TOKEN', 1))
      await secrets.put(newSecret('TOKEN', 2))
      await secrets.put(newSecret('ABLE', 1))
      const { repository } = keeper
      const found = await secrets.find(repository, 'TOKEN')
      return {
        found: { ...found, ciphertext: [...(found?.ciphertext ?? [])] },
        list: await secrets.list(repository),
        elsewhere: await secrets.list('github.com/bob/engine'),
        removed: [await secrets.remove(repository, 'TOKEN'), await secrets.remove(repository, 'TOKEN')],
      }
    })

    expect(seen.found).toMatchObject({ name: 'TOKEN', version: 2, ciphertext: [2, 255], changedAt: 1_002 })
    expect(seen).toMatchObject({
      list: [
        { name: 'ABLE', changedAt: 1_001 },
        { name: 'TOKEN', changedAt: 1_002 },
      ],
      elsewhere: [],
      removed: [true, false],
    })
  })
}

function describeMarks(open: () => Promise<StoreUnderTest>): void {
  test('the newest moment of a name is there', async () => {
    await using under = await open()

    const seen = await under.store.transaction(async ({ marks }) => {
      for (const at of [1_000, 2_000]) await marks.put('looked', at)
      return [await marks.find('looked'), await marks.find('nobody')]
    })

    expect(seen).toEqual([2_000, undefined])
  })
}

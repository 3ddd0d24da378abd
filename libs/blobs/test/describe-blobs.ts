import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Blobs, ReadRange } from '../index.ts'

const signal = new AbortController().signal

/** What every adapter does. */
export function describeBlobs(name: string, open: () => Promise<Blobs>): void {
  describe(`blobs: ${name}`, () => {
    describeBytes(open)
    describeChanges(open)
    describeKeys(open)
  })
}

function describeBytes(open: () => Promise<Blobs>): void {
  test('what was written is read, with its length and hash', async () => {
    await using blobs = await open()

    const written = await blobs.write('logs/a.txt', Buffer.from('hello'), { signal })

    expect(written).toEqual({ bytes: 5, sha256: createHash('sha256').update('hello').digest('hex') })
    expect(await readAll(blobs, 'logs/a.txt')).toBe('hello')
    expect(await blobs.stat('logs/a.txt')).toEqual({ bytes: 5 })
  })

  test('a stream of chunks is written in its order, also an empty one', async () => {
    await using blobs = await open()

    await blobs.write('many', chunks('a', '', 'bc', 'd'.repeat(200_000)), { signal })
    const none = await blobs.write('none', chunks(), { signal })

    expect(await readAll(blobs, 'many')).toBe(`abc${'d'.repeat(200_000)}`)
    expect(none.bytes).toBe(0)
    expect(await readAll(blobs, 'none')).toBe('')
  })

  test.each([
    [{}, '0123456789'],
    [{ start: 4 }, '456789'],
    [{ end: 4 }, '0123'],
    [{ start: 2, end: 5 }, '234'],
    [{ start: 5, end: 5 }, ''],
    [{ start: 6, end: 5 }, ''],
    [{ start: 0, end: 0 }, ''],
    [{ start: 8, end: 100 }, '89'],
    [{ start: 10 }, ''],
    [{ start: 100 }, ''],
  ])('the range %j gives %j', async (range, expected) => {
    await using blobs = await open()
    await blobs.write('a', Buffer.from('0123456789'), { signal })

    expect(await readAll(blobs, 'a', range)).toBe(expected)
  })
}

function describeChanges(open: () => Promise<Blobs>): void {
  test('a missing blob is BLOB_NOT_FOUND, has no stat, and may be removed', async () => {
    await using blobs = await open()

    await expect(readAll(blobs, 'none')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    await expect(readAll(blobs, 'none', { start: 1, end: 1 })).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    expect(await blobs.stat('none/such')).toBeUndefined()
    await blobs.remove('none/such')
  })

  test('a second write replaces the first; a removed blob is gone', async () => {
    await using blobs = await open()
    await blobs.write('a/b', Buffer.from('first'), { signal })

    await blobs.write('a/b', Buffer.from('second'), { signal })
    expect(await readAll(blobs, 'a/b')).toBe('second')
    await blobs.remove('a/b')

    expect(await blobs.stat('a/b')).toBeUndefined()
  })

  test('what is being read stays whole while it is replaced and removed', async () => {
    await using blobs = await open()
    const old = 'x'.repeat(300_000)
    await blobs.write('a', Buffer.from(old), { signal })

    let text = ''
    for await (const chunk of blobs.read('a', { signal })) {
      if (text === '') {
        await blobs.write('a', Buffer.from('new'), { signal })
        await blobs.remove('a')
      }
      text += String(chunk)
    }

    expect(text).toBe(old)
  })

  test('a write whose source fails, or that is aborted, changes nothing', async () => {
    await using blobs = await open()
    await blobs.write('a', Buffer.from('old'), { signal })
    const controller = new AbortController()

    await expect(blobs.write('a', failing(), { signal })).rejects.toThrow('the source broke')
    const aborted = blobs.write('a', abortingHalfway(controller), { signal: controller.signal })
    await expect(aborted).rejects.toThrow('enough')

    expect(await readAll(blobs, 'a')).toBe('old')
    expect(await keysOf(blobs, '')).toEqual(['a'])
  })

  test('an aborted read rejects with the reason', async () => {
    await using blobs = await open()
    await blobs.write('a', Buffer.from('x'), { signal })

    const reading = readAll(blobs, 'a', { signal: AbortSignal.abort(new DOMException('enough', 'AbortError')) })

    await expect(reading).rejects.toThrow('enough')
  })
}

function describeKeys(open: () => Promise<Blobs>): void {
  test('keys are listed by prefix, in order; one may begin with another', async () => {
    await using blobs = await open()
    for (const key of ['b', 'a/c', 'a', 'a/b/c', 'a-b', 'a/b', 'ab']) {
      await blobs.write(key, Buffer.from(key), { signal })
    }

    expect(await keysOf(blobs, '')).toEqual(['a', 'a-b', 'a/b', 'a/b/c', 'a/c', 'ab', 'b'])
    expect(await keysOf(blobs, 'a/')).toEqual(['a/b', 'a/b/c', 'a/c'])
    expect(await keysOf(blobs, 'a/b')).toEqual(['a/b', 'a/b/c'])
    expect(await keysOf(blobs, 'c/')).toEqual([])
    expect(await keysOf(blobs, '../')).toEqual([])
    expect(await readAll(blobs, 'a')).toBe('a')
  })

  test.each([
    '',
    '/a',
    'a/',
    'a//b',
    '../a',
    'a/../b',
    'a/./b',
    'A',
    'a b',
    'a\0',
    '.a',
    'a..b',
    'x'.repeat(513),
    'a@',
  ])('the key %j is refused by every call', async (key) => {
    await using blobs = await open()
    const refused = { code: 'BLOB_KEY_INVALID' }

    await expect(blobs.write(key, Buffer.from('x'), { signal })).rejects.toMatchObject(refused)
    await expect(readAll(blobs, key)).rejects.toMatchObject(refused)
    await expect(blobs.remove(key)).rejects.toMatchObject(refused)
    await expect(blobs.stat(key)).rejects.toMatchObject(refused)
  })

  test('many writers and removers of neighbours do not hinder one another', async () => {
    await using blobs = await open()

    const lives = Array.from({ length: 40 }, async (_, index) => {
      const key = `deep/er/${index}`
      await blobs.write(key, Buffer.from(key), { signal })
      if (index % 2 === 1) await blobs.remove(key)
    })
    await Promise.all(lives)

    expect(await keysOf(blobs, 'deep/')).toHaveLength(20)
  })
}

async function readAll(blobs: Blobs, key: string, range: Partial<ReadRange> = {}): Promise<string> {
  let text = ''
  for await (const chunk of blobs.read(key, { signal, ...range })) text += String(Buffer.from(chunk))
  return text
}

async function keysOf(blobs: Blobs, prefix: string): Promise<string[]> {
  return await Array.fromAsync(blobs.list(prefix))
}

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}

async function* failing() {
  yield Buffer.from('half')
  throw new TypeError('the source broke')
}

async function* abortingHalfway(controller: AbortController) {
  yield Buffer.from('half')
  controller.abort(new DOMException('enough', 'AbortError'))
  yield Buffer.from('of it')
}

import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Offer } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { eventually, logOf, openDispatcher, planFirst, type Rig } from './open-dispatcher.ts'
import type { PaperRunner } from './paper-runner.ts'

const endLine = '[narwhal] The log ends here: the runner was lost.\n'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const chunk = (offset: number, text: string) => ({ step: 0, offset, at: 1, data: Buffer.from(text).toString('base64') })

function fetchLog(rig: Rig, offer: Offer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${rig.url}/v1/jobs/${offer.jobId}/log?attempt=${offer.attempt}`, {
    headers: { authorization: `Bearer ${rig.apiToken}`, ...headers },
  })
}

async function textOf(rig: Rig, offer: Offer, headers: Record<string, string> = {}): Promise<string> {
  return (await fetchLog(rig, offer, headers)).text()
}

/** What the headers say of the stored bytes. */
function proofOf({ headers }: Response) {
  const of = (name: string) => headers.get(`narwhal-log-${name}`)
  return { state: of('state'), bytes: of('bytes'), sha256: of('sha256') }
}

/** Ends an attempt with this log. */
async function end(ada: PaperRunner, offer: Offer, text: string): Promise<void> {
  const { chunks, log } = logOf(text)
  await ada.report(offer, { chunks, result: { ending: { outcome: 'passed' }, at: 2, log } })
}

function blobOf({ attemptId }: Offer): string {
  return `logs/${attemptId}.gz`
}

/** Waits until the log is in its blob, and in the store no more. */
function sealed(rig: Rig, { attemptId }: Offer): Promise<void> {
  return eventually(async () => {
    const attempt = await rig.store.transaction(({ attempts }) => attempts.find(attemptId))
    expect(attempt?.logBlob).toBeDefined()
  })
}

/** Takes away the chunk at `position`, as no part of Narwhal does. */
function removeChunk({ store }: Rig, { attemptId }: Offer, position: number): Promise<void> {
  return store.transaction(async ({ chunks }) => {
    const all = await chunks.list(attemptId, { position: 0, limit: 100 })
    await chunks.removeAll(attemptId)
    for (const one of all) if (one.position !== position) await chunks.insert(attemptId, one)
  })
}

test('a log says how long it is, its hash, and that it is whole, so that whoever reads it can compare', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await ada.report(offer, { chunks: [chunk(0, 'hello\n')] })
  const growing = await fetchLog(rig, offer)
  await end(ada, offer, 'hello\nworld\n')
  await sealed(rig, offer)

  const whole = await fetchLog(rig, offer)
  const part = await fetchLog(rig, offer, { range: 'bytes=0-4' })

  expect(proofOf(growing)).toEqual({ state: 'growing', bytes: '6', sha256: null })
  expect(proofOf(whole)).toEqual({ state: 'whole', bytes: '12', sha256: sha256(await whole.text()) })
  expect(proofOf(part)).toEqual({ state: 'whole', bytes: '12', sha256: sha256('hello\nworld\n') })
  const build = await rig.build(offer.buildId)
  expect(build.jobs[1]?.attempts[0]?.log).toEqual({ bytes: 12, sha256: sha256('hello\nworld\n'), whole: true })
})

test.each([
  ['of other bytes', 'jello\n', 'its SHA-256|their SHA-256'],
  ['that is longer', 'hello\nhello\n', '12 bytes; 6 were written'],
  ['that is shorter', 'hell', '4 bytes; 6 were written'],
])('a sealed log %s is never shown as the one that was written', async (_, text, said) => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await end(ada, offer, 'hello\n')
  await sealed(rig, offer)

  await rig.blobs.remove(blobOf(offer))
  await rig.blobs.write(blobOf(offer), gzipSync(text), { signal: AbortSignal.timeout(5_000) })

  const answer = await fetchLog(rig, offer)
  expect([answer.status, await answer.json()]).toEqual([
    500,
    expect.objectContaining({ code: 'LOG_DAMAGED', detail: expect.stringMatching(said) as unknown }),
  ])
})

test('the log of a lost attempt ends with a line that says so, behind the stored bytes, by range and before and after it is sealed', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await ada.report(offer, { chunks: [chunk(0, 'half a l')] })

  await ada.register([])

  for (const turn of ['hot', 'sealed']) {
    if (turn === 'sealed') await sealed(rig, offer)
    const whole = await fetchLog(rig, offer)
    expect(proofOf(whole)).toMatchObject({ state: 'ended-early', bytes: '8' })
    expect(await whole.text()).toBe(`half a l\n${endLine}`)
    const length = 8 + 1 + endLine.length
    const ranges = ['bytes=0-7', 'bytes=5-10', 'bytes=8-', 'bytes=12-18', `bytes=-5`]
    const parts = await Promise.all(ranges.map((range) => textOf(rig, offer, { range })))
    expect(parts).toEqual(['half a l', 'a l\n[n', `\n${endLine}`, 'rwhal] ', 'ost.\n'])
    expect((await fetchLog(rig, offer, { range: `bytes=${length}-` })).status).toBe(416)
  }
  const [, job] = (await rig.build(offer.buildId)).jobs
  expect(job?.attempts[0]?.log).toEqual({ bytes: 8, sha256: sha256('half a l'), whole: false })
})

test('a live log of a lost attempt ends with that line, and whoever comes back in the middle gets the rest', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await ada.report(offer, { chunks: [chunk(0, 'line\n')] })
  const accept = 'text/event-stream'
  const live = textOf(rig, offer, { accept })

  await ada.register([])

  const behind = 5 + endLine.length
  const last = `id: 1:${behind}\ndata: ${JSON.stringify({ offset: 5, text: endLine })}\n\n`
  const over = `event: end\ndata: {"offset":${behind},"state":"lost"}\n\n`
  expect(await live).toContain('data: {"offset":0,"text":"line\\n"}')
  expect((await live).endsWith(last + over)).toBe(true)
  expect(await textOf(rig, offer, { accept, 'last-event-id': '1:5' })).toBe(last + over)
  expect(await textOf(rig, offer, { accept, 'last-event-id': `1:${behind}` })).toBe(over)
})

test('an attempt that was lost before it wrote anything has that line alone', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)

  await ada.register([])

  expect(await textOf(rig, offer)).toBe(endLine)
})

test('a chunk that is gone is marked in its place, keeps the others in theirs, and its log is never sealed nor accepted', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  const long = 'y'.repeat(60)
  await ada.report(offer, { chunks: [chunk(0, 'first\n'), chunk(6, long), chunk(66, 'x\n'), chunk(68, 'last\n')] })
  await removeChunk(rig, offer, 6)
  await removeChunk(rig, offer, 66)

  const accepted = ada.report(offer, {
    result: { ending: { outcome: 'passed' }, at: 2, log: logOf(`first\n${long}x\nlast\n`).log },
  })
  await expect(accepted).rejects.toMatchObject({ code: 'LOG_INCOMPLETE' })
  await ada.register([])

  const mark = '\n[narwhal] 62 bytes of the log are missing here'.padEnd(61)
  const whole = await fetchLog(rig, offer)
  expect(proofOf(whole)).toEqual({ state: 'damaged', bytes: '73', sha256: null })
  expect(await whole.text()).toBe(`first\n${mark}\nlast\n${endLine}`)
  expect(await textOf(rig, offer, { range: 'bytes=68-72' })).toBe('last\n')
  expect(await textOf(rig, offer, { accept: 'text/event-stream' })).toContain('62 bytes of the log are missing here')
})

test('bytes that are gone at the beginning and the end are marked too, however few', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await ada.report(offer, { chunks: [chunk(0, 'abc'), chunk(3, 'def'), chunk(6, 'ghi')] })

  await removeChunk(rig, offer, 0)
  await removeChunk(rig, offer, 6)

  expect(await textOf(rig, offer)).toBe('???def???')
  expect(await textOf(rig, offer, { range: 'bytes=1-1' })).toBe('?')
})

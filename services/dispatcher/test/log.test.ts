import { isProblem, type Offer } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { eventually, logOf, noLog, openDispatcher, planFirst, type Rig } from './open-dispatcher.ts'
import type { PaperRunner } from './paper-runner.ts'

const chunk = (offset: number, text: string) => ({ step: 0, offset, at: 1, data: Buffer.from(text).toString('base64') })

function fetchLog(rig: Rig, offer: Offer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${rig.url}/v1/jobs/${offer.jobId}/log`, {
    headers: { authorization: `Bearer ${rig.apiToken}`, ...headers },
  })
}

async function end(ada: PaperRunner, offer: Offer, text: string): Promise<void> {
  const { chunks, log } = logOf(text)
  await ada.report(offer, { chunks, result: { ending: { outcome: 'passed' }, at: 2, log } })
}

test('chunks are appended only where the log ends; what is stored already is passed over', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await ada.report(offer, { chunks: [chunk(0, 'abc')] })

  await ada.report(offer, { chunks: [chunk(0, 'abc'), chunk(1, 'bcd')] })

  for (const beyond of [chunk(9, 'x'), chunk(5, 'fgh')]) {
    const gap = ada.report(offer, { chunks: [beyond] })
    await expect(gap).rejects.toMatchObject({ code: 'LOG_OFFSET_WRONG', data: { step: 0, expected: 4 } })
  }
  expect(await (await fetchLog(rig, offer)).text()).toBe('abcd')
})

test('a result without the whole log is refused, and taken once the rest is there', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  const { chunks, log } = logOf('hello\n')
  const result = { ending: { outcome: 'passed' } as const, at: 1, log }

  const early = ada.report(offer, { result })
  await expect(early).rejects.toSatisfy((error) => isProblem(error, 'LOG_INCOMPLETE'))
  const forged = ada.report(offer, { chunks: [chunk(0, 'jello\n')], result })
  await expect(forged).rejects.toSatisfy((error) => isProblem(error, 'LOG_INCOMPLETE'))

  await ada.report(offer, { chunks, result })
  expect(await rig.build(offer.buildId)).toMatchObject({ ending: { outcome: 'passed' } })
})

test('the log is served whole and by range, before and after it is sealed', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await end(ada, offer, 'héllo world\n')

  for (let turn = 0; turn < 3; turn++) {
    const whole = await fetchLog(rig, offer)
    const part = await fetchLog(rig, offer, { range: 'bytes=1-2' })
    const tail = await fetchLog(rig, offer, { range: 'bytes=-6' })

    expect([whole.status, await whole.text()]).toEqual([200, 'héllo world\n'])
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'é', 'bytes 1-2/13'])
    expect(await tail.text()).toBe('world\n')
    await rig.clock.advance(1_000)
  }
  const outside = await fetchLog(rig, offer, { range: 'bytes=99-' })
  expect([outside.status, outside.headers.get('content-range')]).toEqual([416, 'bytes */13'])
})

test('a live log comes as events cut between characters, goes on from Last-Event-ID, and ends with its attempt', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  const bytes = Buffer.from('a🦄b')
  const part = (from: number, to: number) => ({
    step: 0,
    offset: from,
    at: 1,
    data: bytes.subarray(from, to).toString('base64'),
  })
  await ada.report(offer, { chunks: [part(0, 3)] })

  const live = fetchLog(rig, offer, { accept: 'text/event-stream' }).then((answer) => answer.text())
  await ada.report(offer, { chunks: [part(3, 6)] })
  await ada.report(offer, { result: { ending: { outcome: 'passed' }, at: 2, log: logOf('a🦄b').log } })
  const resumed = await fetchLog(rig, offer, { accept: 'text/event-stream', 'last-event-id': '1:5' })

  expect(textOf(await live)).toBe('a🦄b')
  expect(await live).toContain('event: end')
  expect(await resumed.text()).toBe(
    'id: 1:6\ndata: {"offset":5,"text":"b"}\n\nevent: end\ndata: {"offset":6,"state":"finished"}\n\n',
  )
})

function textOf(stream: string): string {
  const datas = [...stream.matchAll(/^data: (\{"offset":\d+,"text".*\})$/gm)]
  return datas.map(([, json]) => (JSON.parse(json ?? '') as { text: string }).text).join('')
}

test('another attempt, or nobody, cannot write to a log', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)

  const stolen = ada.report({ ...offer, token: 'x'.repeat(43) }, { chunks: [chunk(0, 'x')] })

  await expect(stolen).rejects.toMatchObject({ code: 'ATTEMPT_TOKEN_WRONG' })
  await ada.report(offer, { result: { ending: { outcome: 'passed' }, at: 2, log: noLog } })
  expect((await fetchLog(rig, offer)).status).toBe(200)
})

test('who comes back after the attempt was lost gets the next one from its beginning', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await ada.report(offer, { chunks: [chunk(0, 'first attempt\n')] })
  await ada.register([])
  const again = await ada.offer(1)
  await end(ada, again, 'second\n')

  const resumed = await fetchLog(rig, offer, { accept: 'text/event-stream', 'last-event-id': '1:14' })

  expect(textOf(await resumed.text())).toBe('second\n')
})

test('a sealed log whose blob is gone is a problem, and the dispatcher answers on', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await end(ada, offer, 'hello\n')
  await eventually(async () => {
    await rig.blobs.remove(`logs/${offer.attemptId}.gz`)
    expect((await fetchLog(rig, offer)).status).toBe(500)
  })

  expect(await rig.build(offer.buildId)).toMatchObject({ ending: { outcome: 'passed' } })
})

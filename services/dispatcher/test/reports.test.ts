import { newId } from '@narwhal/host'
import { type ReportView, reportsTopic } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { eventually, noLog, openDispatcher, type Rig } from './open-dispatcher.ts'

/** Says what a reporter did with event number `sequence` of a build. */
async function reply(rig: Rig, buildId: string, told: { sequence: number; report: ReportView }): Promise<void> {
  const id = newId(1)
  const body = JSON.stringify({ version: 1, id, type: 'report', buildId, ...told })
  await rig.queue.publish(reportsTopic, { id, body }, { signal: AbortSignal.timeout(5_000) })
}

/** A build that has ended. */
async function openEnded() {
  const rig = await openDispatcher()
  const ada = await rig.runner('ada')
  await rig.push()
  const { buildId, ...plan } = await ada.offer(0)
  await ada.report(
    { buildId, ...plan },
    {
      result: { ending: { outcome: 'skipped', code: 'PIPELINE_MISSING' }, at: 1, log: noLog },
    },
  )
  return { rig, buildId, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() }
}

test('a build says who was told of its end, and why somebody was not', async () => {
  await using ended = await openEnded()
  const { rig, buildId } = ended
  const file: ReportView = { target: 'file', state: 'delivered', at: 5 }
  const status: ReportView = {
    ...{ target: 'github-status', state: 'refused', code: 'STATUS_REFUSED', at: 6 },
    detail: 'The forge answered 422: No commit found for SHA',
  }
  expect((await rig.build(buildId)).reports).toBeUndefined()

  await reply(rig, buildId, { sequence: 3, report: file })
  await reply(rig, buildId, { sequence: 3, report: status })

  await eventually(async () => expect((await rig.build(buildId)).reports).toEqual([file, status]))
  expect((await rig.builds())[0]?.reports).toEqual([file, status])
})

test('late and repeated replies change nothing', async () => {
  await using ended = await openEnded()
  const { rig, buildId } = ended
  const end: ReportView = { target: 'github-status', state: 'delivered', at: 7 }

  await reply(rig, buildId, { sequence: 3, report: end })
  await reply(rig, buildId, { sequence: 1, report: { ...end, state: 'refused', code: 'STATUS_REFUSED', at: 8 } })
  await reply(rig, buildId, { sequence: 3, report: end })
  await reply(rig, buildId, { sequence: 3, report: { target: 'file', state: 'delivered', at: 9 } })

  await eventually(async () => expect((await rig.build(buildId)).reports).toHaveLength(2))
  expect((await rig.build(buildId)).reports?.at(-1)).toEqual(end)
})

test('a reply about a build that nobody knows holds up no other', async () => {
  await using ended = await openEnded()
  const { rig, buildId } = ended
  const report: ReportView = { target: 'file', state: 'delivered', at: 5 }

  await reply(rig, newId(2), { sequence: 3, report })
  await reply(rig, buildId, { sequence: 3, report })

  await eventually(async () => expect((await rig.build(buildId)).reports).toEqual([report]))
})

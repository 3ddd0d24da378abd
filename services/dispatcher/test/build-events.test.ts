import { type BuildEventMessage, buildEventsTopic } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { eventually, openDispatcher, plannedJob, type Rig } from './open-dispatcher.ts'
import { planJobs } from './paper-build.ts'

/** The events of builds, as they come. */
function hearEvents(rig: Rig, signal: AbortSignal): readonly BuildEventMessage[] {
  const heard: BuildEventMessage[] = []
  const take = async (batch: readonly { readonly body: string }[]) => {
    for (const { body } of batch) heard.push(JSON.parse(body) as BuildEventMessage) // as the dispatcher wrote it
  }
  void rig.queue.take(buildEventsTopic, 'reporter', take, { signal }).catch(() => undefined)
  return heard
}

test('the end of a build tells what its jobs produced, unless that is more than a broker takes', async () => {
  await using rig = await openDispatcher()
  const over = new AbortController()
  const heard = hearEvents(rig, over.signal)
  const ada = await rig.runner('ada', 80)
  const names = Array.from({ length: 66 }, (_, place) => `job ${place}`)
  const small = await planJobs(rig, ada, [plannedJob('small')])
  const large = await planJobs(
    rig,
    ada,
    names.map((name) => plannedJob(name)),
  )

  await small.end('small', 'passed', { produced: { outputs: {}, summary: 'good' } })
  for (const name of names) await large.end(name, 'passed', { produced: { outputs: {}, summary: 'x'.repeat(65_536) } })

  const endOf = (buildId: string) =>
    eventually(async () => {
      const found = heard.find(({ type, build }) => type === 'build-finished' && build.id === buildId)
      expect(found).toBeDefined()
      return found
    })
  expect((await endOf(small.id))?.build.jobs[1]).toMatchObject({ produced: { summary: 'good' } })
  const told = await endOf(large.id)
  expect(told?.build.jobs).toHaveLength(67)
  expect(told?.build.jobs.some(({ produced }) => produced !== undefined)).toBe(false)
  expect((await large.job('job 65')).produced).toMatchObject({ summary: 'x'.repeat(65_536) })
  over.abort()
})

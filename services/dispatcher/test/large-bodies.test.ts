import { createHash } from 'node:crypto'
import type { LogChunk, Produced } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { eventually, openDispatcher, plannedJob } from './open-dispatcher.ts'
import { planJobs } from './paper-build.ts'

/** As many outputs as a job may have, in letters that are long in JSON. */
function largestOutputs(letter: string): Record<string, string> {
  const value = letter.repeat(16_000)
  return Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`output_${index}`, value]))
}

function logOfChunks(count: number) {
  const data = Buffer.alloc(64 * 1024, 'x')
  const chunks: LogChunk[] = Array.from({ length: count }, (_, index) => ({
    step: 0,
    offset: index * data.length,
    at: 1,
    data: data.toString('base64'),
  }))
  const hash = createHash('sha256')
  for (const _ of chunks) hash.update(data)
  return { chunks, log: { bytes: count * data.length, sha256: hash.digest('hex') } }
}

test('the largest result that a job may leave comes with the last of its log', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [plannedJob('build')])
  const produced: Produced = { outputs: largestOutputs('\u0001'), summary: '\u0001'.repeat(65_536) }
  const { chunks, log } = logOfChunks(8)

  await ada.report(await build.offer('build'), {
    chunks,
    result: { ending: { outcome: 'passed' }, at: 1, log, produced },
  })

  expect(await build.view()).toMatchObject({ state: 'finished', ending: { outcome: 'passed' } })
})

test('a job gets the outputs of many jobs that it needs', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 40)
  const names = Array.from({ length: 8 }, (_, index) => `part ${index}`)
  const build = await planJobs(rig, ada, [
    ...names.map((name) => plannedJob(name)),
    plannedJob('whole', { needs: names }),
  ])

  for (const name of names) await build.end(name, 'passed', { produced: { outputs: largestOutputs('x') } })

  expect((await build.offer('whole')).needs).toHaveLength(8)
})

test('a job whose needs left more than any runner takes fails, and is not offered for ever', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 40)
  const names = Array.from({ length: 12 }, (_, index) => `part ${index}`)
  const build = await planJobs(rig, ada, [
    ...names.map((name) => plannedJob(name)),
    plannedJob('whole', { needs: names }),
  ])

  for (const name of names) await build.end(name, 'passed', { produced: { outputs: largestOutputs('\u0001') } })

  await eventually(async () =>
    expect(await build.job('whole')).toMatchObject({ ending: { outcome: 'failed', code: 'BODY_TOO_LARGE' } }),
  )
  expect((await build.job('whole')).attempts).toHaveLength(1)
})

test('a large body is not read for somebody without the token of the attempt', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const { attemptId } = await (await planJobs(rig, ada, [plannedJob('build')])).offer('build')

  const answer = await fetch(`${rig.url}/v1/attempts/${attemptId}/reports`, {
    method: 'POST',
    headers: { authorization: 'Bearer guessed', 'content-type': 'application/json' },
    body: '['.repeat(2 * 1024 * 1024),
  })

  expect(await answer.json()).toMatchObject({ code: 'ATTEMPT_TOKEN_WRONG' })
})

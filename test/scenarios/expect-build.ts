import type { BuildView, Ending, JobView } from '@narwhal/protocol'
import { expect } from 'vitest'
import { expectJob, says } from './expect-job.ts'
import type { BuildExpectation } from './scenario.ts'
import type { Theatre } from './start-theatre.ts'

/** Compares a build that has ended with what is expected of it. What is not expected may be anything. */
export async function expectBuild(view: BuildView, expected: BuildExpectation, theatre: Theatre): Promise<void> {
  const jobs = view.jobs.filter(({ kind }) => kind === 'steps')
  const summary = jobs.map(({ name, ending }) => `${name}: ${ending?.outcome} ${ending?.message ?? ''}`).join('\n')
  const why = `${view.ending?.message ?? ''}\n${summary}`
  const { outcome, code = view.ending?.code } = expected
  expect({ outcome: view.ending?.outcome, code: view.ending?.code, why }).toEqual({ outcome, code, why })
  expect(says(messageOf(view.ending), expected.says)).toEqual([])
  if (expected.jobs === undefined) return
  expect(jobs.map(({ name }) => name).toSorted()).toEqual(Object.keys(expected.jobs).toSorted())
  for (const [name, of] of Object.entries(expected.jobs)) {
    await expectJob(jobNamed(name, jobs), typeof of === 'string' ? { outcome: of } : of, theatre)
  }
  const notInOrder = neighbours(expected.order).filter(([one, other]) => !isBefore(one, other, jobs))
  const notTogether = neighbours(expected.together).filter(([one, other]) => !isBeside(one, other, jobs))
  expect({ notInOrder, notTogether }).toEqual({ notInOrder: [], notTogether: [] })
}

type Pair = readonly [string, string]

/** `[a, b, c]` is two pairs. */
function neighbours(chains: BuildExpectation['order'] = []): readonly Pair[] {
  return chains.flatMap((chain) => chain.slice(1).map((name, index): Pair => [chain[index] ?? '', name]))
}

function isBefore(one: string, other: string, jobs: readonly JobView[]): boolean {
  const [first, second] = [jobNamed(one, jobs), jobNamed(other, jobs)]
  return (first.finishedAt ?? Infinity) <= (second.startedAt ?? -1)
}

function isBeside(one: string, other: string, jobs: readonly JobView[]): boolean {
  const [first, second] = [jobNamed(one, jobs), jobNamed(other, jobs)]
  const begin = Math.max(first.startedAt ?? Infinity, second.startedAt ?? Infinity)
  return begin < Math.min(first.finishedAt ?? 0, second.finishedAt ?? 0)
}

function jobNamed(name: string, jobs: readonly JobView[]): JobView {
  return jobs.find((job) => job.name === name) ?? expect.fail(`no job is called ${name}`)
}

function messageOf(ending: Ending | undefined): string {
  return ending?.message ?? ''
}

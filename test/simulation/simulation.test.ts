import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { describeViolation } from './describe-violation.ts'
import { openLanes } from './lane/open-lanes.ts'
import { simulateMany } from './simulate-many.ts'

const schedules = 2_000

test('every invariant holds under all faults', async () => {
  await using lanes = openLanes(availableParallelism())
  const broken: string[] = []

  const sum = await simulateMany(lanes, {
    first: 1,
    last: schedules,
    isEnough: () => broken.length > 0,
    onViolation: (outcome) => broken.push(describeViolation(outcome, outcome)),
    onProgress: () => undefined,
  })

  expect(broken).toEqual([])
  expect(sum.schedules).toBe(schedules)
})

test('a seed is the same schedule again, whatever was simulated before it', async () => {
  await using lanes = openLanes(2)
  const hashes = async (seeds: readonly number[]) => {
    const outcomes = await Promise.all(seeds.map((seed) => lanes.simulate({ seed, keepsTrace: false, isLong: false })))
    return outcomes.map(({ seed, hash }) => `${seed} ${hash}`).sort()
  }
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

  const once = await hashes(seeds)
  const again = await hashes(seeds.toReversed())

  expect(again).toEqual(once)
})

test('two virtual hours on the same machines break nothing, and nothing grows', async () => {
  await using lanes = openLanes(1)

  const { violations, virtualMs, sizes } = await lanes.simulate({ seed: 1, keepsTrace: false, isLong: true })

  expect(violations).toEqual([])
  expect(virtualMs).toBeGreaterThanOrEqual(2 * 3_600_000)
  expect(sizes.length).toBeGreaterThanOrEqual(12)
  const [first = {}, last = {}] = [sizes[0], sizes.at(-1)]
  const names = Object.keys(first).filter((name) => !['builds', 'minutes', 'timers'].includes(name)) // what was drawn are timers, too
  const grown = names.filter((name) => (last[name] ?? 0) > (first[name] ?? 0) + 5)
  expect(grown).toEqual([])
})

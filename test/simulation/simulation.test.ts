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
  const largest = (rows: typeof sizes) => (name: string) => Math.max(...rows.map((row) => row[name] ?? 0))
  const names = Object.keys(sizes[0] ?? {}).filter((name) => name !== 'builds' && name !== 'minutes')
  const grown = names.filter((name) => largest(sizes.slice(6))(name) > 2 * largest(sizes.slice(0, 6))(name) + 10)
  expect(grown).toEqual([])
})

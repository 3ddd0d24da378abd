import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planChaos } from './plan/chaos-plan.ts'
import { isKill, type Targets } from './plan/plan-faults.ts'

const targets: Targets = {
  programs: ['agent', 'runner-1'],
  links: ['agent to broker'],
  disks: ['agent'],
  hasBroker: true,
  hasDatabase: true,
}

test('the same seed draws the same plan, another one another', () => {
  const size = { jobs: 60, kills: 12 }

  const plan = planChaos({ seed: 7, ...size }, targets)

  expect(planChaos({ seed: 7, ...size }, targets)).toEqual(plan)
  expect(planChaos({ seed: 8, ...size }, targets)).not.toEqual(plan)
})

test('a plan has the jobs and the kills that were asked for, all within its time', () => {
  const sizes = fc.record({ seed: fc.nat(), jobs: fc.integer({ min: 1, max: 80 }), kills: fc.nat({ max: 20 }) })
  fc.assert(
    fc.property(sizes, (size) => {
      const { jobs, faults, pushes, durationMs } = planChaos(size, targets)

      expect(jobs - size.jobs).toBeGreaterThanOrEqual(0)
      expect(jobs - size.jobs).toBeLessThanOrEqual(1)
      expect(faults.filter(isKill)).toHaveLength(size.kills)
      expect([...faults, ...pushes].every(({ atMs }) => atMs >= 0 && atMs <= durationMs)).toBe(true)
    }),
  )
})

test('where there is nothing of a kind nothing of it is broken', () => {
  const few = { ...targets, links: [], disks: [], hasBroker: false, hasDatabase: false }

  const kinds = new Set(planChaos({ seed: 1, jobs: 10, kills: 200 }, few).faults.map(({ kind }) => kind))

  expect(kinds).toEqual(new Set(['kill', 'freeze', 'container removed']))
})

import type { Chance } from '../core/chance.ts'
import type { DrawnAct } from './drawn.ts'

/** What people do while the schedule goes on. */
export function drawActs(chance: Chance, endMs: number): readonly DrawnAct[] {
  const count = chance.draw('acts') < 0.5 ? chance.whole('acts', 1, 4) : 0
  return Array.from({ length: count }, (_, place) => ({
    name: `act/${place + 1}`,
    atMs: chance.between('act time', 500, endMs + 8_000),
    kind: chance.pick('act kind', ['cancel', 'cancel', 'resubmit', 'resubmit', 'approve']),
    build: chance.draw('act build'),
    job: chance.draw('act job'),
    times: chance.pick('act times', [1, 1, 2, 3]),
  }))
}

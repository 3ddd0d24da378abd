import type { Outcome } from '@narwhal/protocol'
import type { Colour, Paint } from '../terminal.ts'

const looks = {
  passed: { sign: '✓', colour: 'green' },
  failed: { sign: '✗', colour: 'red' },
  errored: { sign: '!', colour: 'red' },
  cancelled: { sign: '■', colour: 'yellow' },
  skipped: { sign: '-', colour: 'dim' },
} as const satisfies Record<Outcome, { sign: string; colour: Colour }>

/** The sign of an outcome in its colour. */
export function signOf(outcome: Outcome, paint: Paint): string {
  return paint(looks[outcome].colour, looks[outcome].sign)
}

/** The word of an outcome in its colour. */
export function paintOutcome(outcome: Outcome, paint: Paint): string {
  return paint(looks[outcome].colour, outcome)
}

import { wordsOf } from './oracles/words-of.ts'
import type { TraceLine } from './core/trace.ts'
import type { Outcome } from './simulate.ts'

/** Lines of a trace that a person reads. */
const mostLines = 30

/** What was broken, in the shortest schedule that was found, and how to see it again. */
export function describeViolation(failed: Outcome, shrunk: Outcome): string {
  const [violation] = shrunk.violations
  if (violation === undefined) return `seed ${failed.seed}: the violation does not come again`
  const { invariant, what, atMs } = violation
  return [
    `seed ${failed.seed} breaks ${invariant}: ${wordsOf(invariant)}`,
    `  ${what} (at ${(atMs / 1000).toFixed(3)} s)`,
    `  ${failed.decisions.length} decisions were made, these ${shrunk.decisions.length} are enough: ${shrunk.decisions.join(' ')}`,
    '',
    ...shortest(shrunk.lines).map(textOf),
    '',
    `again: pnpm sim --seed ${failed.seed} --keep ${shrunk.decisions.join(',')}`,
  ].join('\n')
}

/** The story without its middle, where it is long. */
function shortest(lines: readonly TraceLine[]): readonly (TraceLine | undefined)[] {
  const story = lines.filter(({ weight, what }) => weight === 'story' && what !== 'starts')
  if (story.length <= mostLines) return story
  return [...story.slice(0, 6), undefined, ...story.slice(6 - mostLines)]
}

function textOf(line: TraceLine | undefined): string {
  return line === undefined
    ? '       …'
    : `${(line.atMs / 1000).toFixed(3).padStart(8)}  ${line.who.padEnd(13)} ${line.what}`
}

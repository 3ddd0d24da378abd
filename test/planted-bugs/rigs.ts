import type { PlantedBug } from './read-bugs.ts'

/** A way to find bugs. It fails when it has found one. */
export interface Rig {
  readonly name: string
  /** A command of `pnpm`, to be run where the bug is planted. */
  readonly command: (bug: PlantedBug) => readonly [string, ...string[]]
  /** How it names what it has found. */
  readonly naming: RegExp
  /** After so long it counts as having found nothing, in milliseconds. */
  readonly limitMs: number
}

const failedTest = /FAIL/

/** In the order in which they are asked: the first that finds a bug has caught it. */
export const rigs: readonly Rig[] = [
  {
    name: 'simulation',
    command: () => ['sim', '--schedules', '3000', '--until-violation'],
    naming: /seed \d+ breaks I\d+/,
    limitMs: 240_000,
  },
  {
    name: 'tests',
    command: ({ file }) => [
      'exec',
      'vitest',
      'related',
      file,
      '--run',
      '--bail',
      '1',
      '--project',
      'unit',
      '--project',
      'stories',
    ],
    naming: failedTest,
    limitMs: 600_000,
  },
  {
    name: 'real tests',
    command: ({ file }) => ['exec', 'vitest', 'related', file, '--run', '--bail', '1', '--project', 'real'],
    naming: failedTest,
    limitMs: 600_000,
  },
]

import type { PlantedBug } from './read-bugs.ts'

/** A way to find bugs. It fails when it has found one. */
export interface Rig {
  readonly name: string
  /** A command of `pnpm`, to be run where the bug is planted. */
  readonly command: (bug: PlantedBug) => readonly [string, ...string[]]
  /** After so long it counts as having found nothing, in milliseconds. */
  readonly limitMs: number
}

/** In the order in which they are asked: the first that finds a bug has caught it. */
export const rigs: readonly Rig[] = [
  {
    name: 'simulation',
    command: () => ['sim', '--schedules', '3000', '--until-violation'],
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
    limitMs: 240_000,
  },
  {
    name: 'real tests',
    command: ({ file }) => ['exec', 'vitest', 'related', file, '--run', '--bail', '1', '--project', 'real'],
    limitMs: 600_000,
  },
]

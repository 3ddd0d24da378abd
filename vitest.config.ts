import { defineConfig } from 'vitest/config'

const real = '**/*.real.test.ts'

/** Whole installations for many minutes: `pnpm rigs`. */
const rigs = [
  'test/compose/*.real.test.ts',
  'test/real/{disk-faults,failpoints,runner-lost,several-dispatchers}.real.test.ts',
  'services/runner/test/mortal-runner.real.test.ts',
]

// Most tests wait for a disk, a socket or git, so there is one worker more than there are cores on a small machine. Files
// share the modules of their worker: nothing in the product keeps state in a module that a test could trip over.
const quick = { isolate: false, maxWorkers: 3 }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...quick,
          name: 'unit',
          include: ['{libs,services}/*/test/**/*.test.ts', 'test/*.test.ts', 'test/{chaos,soak}/**/*.test.ts'],
          exclude: [real, '**/node_modules/**'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...quick,
          name: 'stories',
          include: ['test/stories/**/*.test.ts'],
          exclude: [real],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...quick,
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 900_000,
          sequence: { groupOrder: 2 }, // it takes every core
        },
      },
      {
        test: {
          ...quick,
          name: 'scenarios',
          include: ['test/scenarios/**/*.test.ts'],
          exclude: [real],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'real',
          include: [`{libs,services,test}/${real}`],
          exclude: ['**/node_modules/**', ...rigs],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'rigs',
          include: rigs,
          testTimeout: 1_200_000,
          fileParallelism: false,
        },
      },
    ],
  },
})

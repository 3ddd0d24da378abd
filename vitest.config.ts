import { defineConfig } from 'vitest/config'

const real = '**/*.real.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{libs,services}/*/test/**/*.test.ts', 'test/*.test.ts'],
          exclude: [real, '**/node_modules/**'],
        },
      },
      { test: { name: 'stories', include: ['test/stories/**/*.test.ts'], exclude: [real] } },
      {
        test: {
          name: 'real',
          include: [`{libs,services,test}/${real}`],
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})

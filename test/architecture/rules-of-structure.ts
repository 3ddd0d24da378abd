import { bannedNames } from './banned-words.ts'
import { importCycles } from './import-cycles.ts'
import { brokenImports } from './import-rule.ts'
import { longFiles, longFunctions } from './lengths.ts'
import { barrels, defaultExports, oddFileNames } from './modules.ts'
import { plant, type Rule, source } from './rule.ts'
import { unreadableFiles } from './syntax.ts'

/** How the tree is cut: imports, lengths, names, modules. */
export const structureRules: readonly Rule[] = [
  {
    title: 'every file of code can be parsed',
    check: unreadableFiles,
    plants: [plant('a brace too many', 'libs/host/a.ts', 'export const a = 1 }')],
    innocent: [
      source('libs/host/a.ts', 'export const a: number = 1'),
      source('tools/b.mjs', '#!/usr/bin/env node\nb()'),
    ],
  },
  {
    title: 'imports point one way and keep to the names of packages',
    check: brokenImports,
    plants: [
      plant('a middle lib imports another', 'libs/queue/a.ts', `import { x } from '@narwhal/host'`),
      plant('a middle lib imports a type of another', 'libs/queue/a.ts', `import type { X } from '@narwhal/host'`),
      plant('protocol imports a lib', 'libs/protocol/a.ts', `export * from '@narwhal/host'`),
      plant('a lib imports a service', 'libs/host/a.ts', `const x = await import('@narwhal/agent')`),
      plant('a service imports a service', 'services/agent/a.ts', `import { x } from '@narwhal/runner'`),
      plant('a path below a name', 'services/agent/a.ts', `import { x } from '@narwhal/queue/a.ts'`),
      plant('a path into another package', 'services/agent/a.ts', `import { x } from '../../libs/queue/a.ts'`),
      plant('a test takes product code by its path', 'test/a.test.ts', `import { x } from '../libs/queue/a.ts'`),
      plant('product code names its own package', 'libs/queue/a.ts', `import { x } from '@narwhal/queue'`),
    ],
    innocent: [
      source('services/agent/a.ts', `import { x } from '@narwhal/queue'\nimport './b.ts'\nimport 'node:fs'`),
      source('services/narwhal/up.ts', `import { startAgent } from '@narwhal/agent'`),
      source('libs/queue/test/a.test.ts', `import { x } from '../a.ts'\nimport { y } from '@narwhal/queue'`),
      source('libs/queue/test/a.ts', `import { x } from '../../../test/setup/b.ts'`),
    ],
  },
  {
    title: 'no file imports itself by way of others',
    check: importCycles,
    plants: [
      plant('two files that need each other', 'libs/host/a.ts', `import { b } from './b.ts'`, [
        source('libs/host/b.ts', `import { a } from './a.ts'`),
      ]),
      plant('three, one only for a type', 'libs/host/a.ts', `import { b } from './b.ts'`, [
        source('libs/host/b.ts', `export * from './test/c.ts'`),
        source('libs/host/test/c.ts', `import type { A } from '../a.ts'`),
      ]),
      plant('a file that needs its own index', 'libs/queue/a.ts', `import { b } from '@narwhal/queue'`, [
        source('libs/queue/index.ts', `export * from './a.ts'`),
      ]),
    ],
    innocent: [
      source('libs/host/a.ts', `import './b.ts'\nimport './c.ts'`),
      source('libs/host/b.ts', `import './c.ts'`),
      source('libs/host/c.ts', ''),
    ],
  },
  {
    title: 'a file has at most 300 lines',
    check: longFiles,
    plants: [plant('301 lines', 'test/stories/a.test.ts', '// a line\n'.repeat(301))],
    innocent: [source('libs/host/a.ts', '// a line\n'.repeat(300))],
  },
  {
    title: 'a function has at most 60 lines',
    check: longFunctions,
    plants: [
      plant('a function', 'libs/host/a.ts', `function a() {\n${'b()\n'.repeat(59)}}`),
      plant('a method', 'libs/host/a.ts', `const a = { b() {\n${'c()\n'.repeat(59)}} }`),
      plant('a test', 'libs/host/test/a.test.ts', `test('a story', async () => {\n${'b()\n'.repeat(59)}})`),
    ],
    innocent: [
      source('libs/host/a.ts', `const a = () => {\n${'b()\n'.repeat(58)}}`),
      source('libs/host/test/a.test.ts', `describe('many', () => {\n${'b()\n'.repeat(99)}})`),
      source('libs/host/test/b.test.ts', `describe.each([1])('%s', () => {\n${'b()\n'.repeat(99)}})`),
    ],
  },
  {
    title: 'our names say our words',
    check: bannedNames,
    plants: [
      plant('a file name', 'libs/host/string-utils.ts', ''),
      plant('a folder name', 'services/agent/hooks/a.ts', ''),
      plant('an exported function', 'libs/host/a.ts', 'export function openRepo() {}'),
      plant('an exported type', 'libs/host/a.ts', 'export type TaskId = string'),
      plant('an export under another name', 'libs/host/a.ts', 'const a = 1\nexport { a as workers }'),
      plant('a schema key', 'libs/host/a.ts', 'const A = Type.Object({ workerName: Type.String() })'),
      plant('a column', 'libs/host/a.ts', `await schema.createTable('jobs').addColumn('task_id', 'text')`),
      plant('a metric', 'libs/host/a.ts', `const name = 'narwhal_workers_total'`),
    ],
    innocent: [
      source('libs/host/report.ts', 'export const reporter = 1\nconst repo = 2\nexport const nodejs = process.pid'),
    ],
  },
  {
    title: 'nothing is exported by default',
    check: defaultExports,
    plants: [
      plant('a default', 'libs/host/a.ts', 'export default 1'),
      plant('a default by name', 'libs/host/a.ts', 'const a = 1\nexport { a as default }'),
    ],
    innocent: [source('vitest.config.ts', 'export default {}'), source('libs/host/a.ts', `import a from 'b'`)],
  },
  {
    title: 'no barrel but index.ts',
    check: barrels,
    plants: [
      plant('a barrel', 'services/agent/a.ts', `export * from './b.ts'`),
      plant('an index.ts that is no entry', 'services/agent/a/index.ts', `export * from './b.ts'`),
      plant('a barrel in two lines', 'libs/host/a.ts', `import { b } from './b.ts'\nexport { b }`),
    ],
    innocent: [
      source('libs/host/index.ts', `export * from './a.ts'\nexport { b } from './b.ts'`),
      source('libs/host/a.ts', `export { a } from 'pino'`),
    ],
  },
  {
    title: 'names of files are in kebab-case',
    check: oddFileNames,
    plants: [plant('camelCase', 'libs/host/newId.ts', ''), plant('snake_case', 'test/a_b/c.ts', '')],
    innocent: [source('libs/host/test/new-id.real.test.ts', ''), source('docs/READ_ME.md', '')],
  },
]

import { casts, typeHoles } from './casts.ts'
import { undocumentedExports } from './docstrings.ts'
import { bareErrors, unknownCodes, unusedCodes } from './error-catalogue.ts'
import { strayClocks, strayEnvironment, strayTimers } from './outside-world.ts'
import { plant, type Rule, source } from './rule.ts'

const index = source('libs/host/index.ts', `export * from './a.ts'\nexport { b } from './b.ts'`)
const problems = source('libs/protocol/problems/runner.ts', 'const a = { STEP_FAILED: { status: 422 } }')

/** What stands in product code: errors, the outside world, types, docstrings. */
export const codeRules: readonly Rule[] = [
  {
    title: 'every code of the catalogue is used in product code',
    check: unusedCodes,
    plants: [plant('a code that is only defined', 'libs/protocol/problems/runner.ts', problems.text)],
    innocent: [problems, source('services/runner/a.ts', `const ending = { outcome: 'failed', code: 'STEP_FAILED' }`)],
  },
  {
    title: 'every code in product code is in the catalogue',
    check: unknownCodes,
    plants: [plant('a code of nobody', 'services/runner/a.ts', `const ending = { code: 'STEP_SAD' }`, [problems])],
    innocent: [
      problems,
      source('services/runner/a.ts', `const a = { code: 'STEP_FAILED' }\nconst b = { code: 'ENOENT' }`),
    ],
  },
  {
    title: 'no error is without a code',
    check: bareErrors,
    plants: [
      plant('a bare throw', 'libs/git/a.ts', `throw new Error('no')`),
      plant('a bare rejection', 'libs/git/a.ts', `new Promise((_, reject) => reject(new Error('no')))`),
    ],
    innocent: [
      source('libs/git/a.ts', `throw problem('INTERNAL', 'no')\nthrow new RangeError('no')`),
      source('libs/git/test/a.test.ts', `throw new Error('as a user would')`),
    ],
  },
  {
    title: 'only main.ts and config files read the environment',
    check: strayEnvironment,
    plants: [plant('a read', 'services/agent/a.ts', 'const port = process.env.NARWHAL_PORT')],
    innocent: [source('services/agent/main.ts', 'start(process.env)'), source('test/a.test.ts', 'start(process.env)')],
  },
  {
    title: 'product code takes time and chance as arguments',
    check: (sources) => [...strayClocks(sources), ...strayTimers(sources)],
    plants: [
      plant('Date.now', 'libs/queue/a.ts', 'const now = Date.now()'),
      plant('new Date', 'libs/queue/a.ts', 'const now = new Date()'),
      plant('Math.random', 'libs/queue/a.ts', 'const a = Math.random()'),
      plant('setTimeout', 'services/agent/a.ts', 'setTimeout(b, 5)'),
      plant(
        'setTimeout by another name',
        'services/agent/a.ts',
        `import { setTimeout as nap } from 'node:timers/promises'`,
      ),
      plant('the time as text, in libs/pipeline', 'libs/pipeline/a.ts', 'const text = new Date(at).toISOString()'),
      plant('a random id, in libs/pipeline', 'libs/pipeline/a.ts', 'const id = crypto.randomUUID()'),
    ],
    innocent: [
      source('libs/host/clock.ts', 'export const now = () => Date.now()'),
      source('libs/queue/a.ts', 'const text = new Date(clock.now()).toISOString()'),
      source('libs/queue/test/a.test.ts', 'const started = Date.now()'),
    ],
  },
  {
    title: 'no hole in the types',
    check: typeHoles,
    plants: [
      plant('any', 'libs/host/a.ts', 'const a: Record<string, any> = {}'),
      plant('a non-null assertion', 'libs/host/test/a.test.ts', 'const a = b!.c'),
      plant('a silenced checker', 'libs/host/a.ts', ['// @ts', 'ignore'].join('-')),
    ],
    innocent: [source('libs/host/a.ts', 'const any = !a\nlet b: unknown // any')],
  },
  {
    title: 'at most two casts in a thousand lines',
    check: casts,
    plants: [plant('three in a thousand', 'libs/host/a.ts', `const a = b as C\n`.repeat(3) + '\n'.repeat(990))],
    innocent: [
      source(
        'libs/host/a.ts',
        `import { b as c } from 'd'\nconst a = b as C\nconst e = [1] as const\n` + '\n'.repeat(600),
      ),
    ],
  },
  {
    title: 'what a lib exports has a docstring',
    check: undocumentedExports,
    plants: [
      plant('a function', 'libs/host/a.ts', 'export function a() {}', [index]),
      plant('a comment instead', 'libs/host/a.ts', '// Not for readers of the API.\nexport function a() {}', [index]),
      plant('a type', 'libs/host/a.ts', '/** A. */\nexport const a = 1\n\nexport interface B {}', [index]),
      plant('one name of a file', 'libs/host/b.ts', 'export const b = 1\nexport const c = 1', [index]),
      plant('something in index.ts', 'libs/host/index.ts', 'export const a = 1'),
    ],
    innocent: [
      index,
      source('libs/host/a.ts', '/** A. */\nexport const A = Type.String()\nexport type A = Static<typeof A>'),
      source('libs/host/b.ts', 'export const inner = 1\n/** B. */\nexport const b = 1'),
      source('libs/host/c.ts', 'export const onlyForOtherFilesOfTheLib = 1'),
      source('services/agent/a.ts', 'export function a() {}'),
    ],
  },
]

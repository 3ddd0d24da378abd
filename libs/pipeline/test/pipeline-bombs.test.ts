import { expect, test } from 'vitest'
import { parsePipeline } from '../index.ts'

// Files that want to cost more than they have bytes. Each is as large as a file may be, or larger.

const maxBytes = 256 * 1024

/** `part` of 0, 1, 2 … as long as there is room for them. */
function filled(before: string, part: (index: number) => string, after: string): string {
  const parts: string[] = []
  let length = before.length + after.length
  for (let index = 0; length + part(index).length <= maxBytes; index++) {
    parts.push(part(index))
    length += part(index).length
  }
  return `${before}${parts.join('')}${after}`
}

const job = 'image: a\nrun: b\n'
const manyJobs = Array.from({ length: 255 }, (_, index) => `${'j'.repeat(30)}${1_000 + index}: a`).join(', ')

const bombs: readonly (readonly [string, string])[] = [
  ['aliases of aliases', 'a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: &d [*c, *c, *c]\ne: [*d, *d]\n'],
  [
    'a large value with aliases of aliases',
    filled('a: &a [', () => 'x,', ']\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n'),
  ],
  ['brackets in brackets', '['.repeat(maxBytes)],
  ['maps in maps', '{a: '.repeat(maxBytes / 4)],
  ['one byte more than a file may have', `${job}#${'x'.repeat(maxBytes - job.length)}`],
  ['100,000 keys', `{${Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`).join(', ')}}`],
  ['as many unknown keys as there is room for', filled('{', (index) => `k${index},`, '}')],
  ['as many jobs', filled('image: a\njobs: {', (index) => `j${index}: a,`, '}')],
  ['as many steps', filled('image: a\nsteps: [', () => 'a,', ']')],
  ['as many axes', filled(`${job}matrix: {`, (index) => `a${index}: [1],`, '}')],
  ['as many excluded combinations', filled(`${job}matrix: { a: [1], exclude: [`, (index) => `{b${index}: 1},`, '] }')],
  [
    'axes of 256 values each',
    `${job}matrix: {${'abcdefghij'
      .split('')
      .map((axis) => `${axis}: [${Array.from({ length: 256 }, (_, at) => at).join(',')}]`)
      .join(',')}}`,
  ],
  [
    'as many needs that are no jobs',
    filled(
      `image: a\njobs: { ${manyJobs}, x: { run: a, needs: [`,
      (index) => `${'j'.repeat(30)}${10_000 + index},`,
      '] } }',
    ),
  ],
  [
    'as many globs of needs',
    filled(`image: a\njobs: { ${manyJobs}, x: { run: a, needs: [`, (index) => `"*j*j*j*${index}",`, '] } }'),
  ],
  ['as many expressions', filled(`${job}name: "`, () => '${{a}}', '"')],
  ['as many variables', filled(`${job}env: {`, (index) => `A${index}: 1,`, '}')],
  ['as many sidecars', filled(`${job}services: {`, (index) => `a${index}: b,`, '}')],
  [
    'slips in every job',
    `image: a\njobs: {${Array.from({ length: 250 }, (_, index) => `j${index}: {${Array.from({ length: 40 }, (__, at) => `timeoutminute${at}: 1`).join(',')}}`).join(',')}}`,
  ],
  ['a pattern that asks for backtracking', `run: b\nimage: "${'${{a}}'.repeat(80)} "\n`],
  ['paths that ask for backtracking', `${job}artifacts: ["${'../'.repeat(300)}", "${'{a,'.repeat(300)}"]\n`],
  ['deep keys called __proto__', `${job}__proto__: { __proto__: { __proto__: 1 } }\nenv: { __proto__: 1 }\n`],
  ['NUL bytes', `${job}#${'\0'.repeat(1_000)}`],
]

test.each(bombs)('%s: refused at once, without growth', (_title, text) => {
  const startedAt = process.cpuUsage()
  const parsed = parsePipeline(text)
  const { user, system } = process.cpuUsage(startedAt)

  expect('problems' in parsed && parsed.problems.length).toBeGreaterThan(0)
  expect('problems' in parsed && JSON.stringify(parsed.problems).length).toBeLessThan(200_000)
  expect((user + system) / 1_000).toBeLessThan(5_000) // milliseconds of computing; a bomb takes minutes
})

test('no name of a file reaches the prototype of anything', () => {
  parsePipeline(
    'image: a\njobs: { __proto__: { run: a, polluted: yes }, constructor: { prototype: { polluted: yes } } }\n',
  )
  parsePipeline(`${job}env: { __proto__: { polluted: yes } }\nmatrix: { __proto__: [polluted] }\n`)

  expect({}).not.toHaveProperty('polluted')
})

import { PlannedJob } from '@narwhal/protocol'
import { Check } from 'typebox/value'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planBuild, type PlanRequest } from '../index.ts'
import { push, treeOf } from './plan-of.ts'

// Files made of parts that fit together often, and often do not.

/** Mostly what fits, now and then what does not. */
function mostly<T>(fitting: readonly T[], others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 24, arbitrary: fc.constantFrom(...fitting) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )
}

const word = mostly(
  ['x', '${{ branch }}', 'v${{ matrix.a }}', '${{ author }}'],
  ['', '${{', '${{ brunch }}', '${{ int(author) }}'],
)
const text = fc.oneof(
  word,
  fc.constant('${{ needs.a.outputs.V }}'),
  fc.tuple(word, word).map((parts) => parts.join('-')),
)
const condition = mostly(
  ['branch == "main"', 'always', 'failure && changed("src")', 'matrix.a == "1"', 'needs.a.outcome == "passed"'],
  ['int(author) == 1', 'needs.z.outcome == ""', 'brunch == ""'],
)
const need = mostly(['a', 'a', '[ab]', '{a,a}'], ['**', 'dir:a', '[', 'z'])
const cell = fc.record({ a: fc.constantFrom('1', '9'), c: fc.constantFrom('1', '$') }, { requiredKeys: ['a'] })
const matrix = fc.record(
  {
    a: fc.uniqueArray(fc.constantFrom(1, 2, 3), { minLength: 1, maxLength: 3 }),
    b: fc.uniqueArray(fc.constantFrom('x y', 'ü', '$', '${'), { minLength: 1, maxLength: 2 }),
    include: fc.array(cell, { maxLength: 2 }),
    exclude: fc.array(fc.record({ a: fc.constantFrom(1, 2) }), { maxLength: 1 }),
  },
  { requiredKeys: ['a'] },
)
const job = fc.record(
  {
    run: fc.constant('x'),
    name: word,
    env: fc.dictionary(fc.constantFrom('A', 'B'), text),
    if: condition,
    needs: fc.uniqueArray(need, { minLength: 1, maxLength: 2 }),
    paths: fc.constantFrom(['src'], ['nothing'], ['!src']),
    matrix,
    concurrency: word,
    environment: fc.constant('production'),
  },
  { requiredKeys: ['run', 'needs', 'matrix'] },
)
const file = fc.record(
  {
    on: fc.constantFrom('push', { push: { paths: ['src'] } }, { manual: { inputs: { a: { required: true } } } }),
    include: mostly([['dir']], [['nothing']]),
    image: fc.constant('i'),
    concurrency: mostly(['ci-${{ branch }}', '${{ author }}'], ['${{ tag }}', '']),
    jobs: fc.record(
      { a: fc.constant('x'), b: job, 'c-d': job.map((made) => ({ ...made, name: 'Another' })) },
      { requiredKeys: ['a'] },
    ),
  },
  { requiredKeys: ['image', 'jobs'] },
)
const request = fc.record({
  purpose: fc.constantFrom('plan', 'definitions'),
  root: file,
  nested: file,
  author: fc.constantFrom('Ada', '1', '${{ sha }}', 'a\nb'),
  changes: fc.constantFrom('all' as const, [], ['src/a']),
})

function requestOf({
  purpose,
  root,
  nested,
  author,
  changes,
}: typeof request extends fc.Arbitrary<infer T> ? T : never): PlanRequest {
  const { on: _on, include: _include, concurrency: _concurrency, ...rest } = nested
  return {
    purpose: purpose === 'plan' ? 'plan' : 'definitions',
    commit: { ...push, author },
    files: [
      { path: 'narwhal.yml', text: JSON.stringify(root) },
      { path: 'dir/narwhal.yml', text: JSON.stringify(rest) },
    ],
    tree: treeOf('src/a', 'dir/narwhal.yml', 'narwhal.yml'),
    changes,
    images: { i: 'sha256:1', x: '' },
    platform: 'linux/amd64',
  }
}

test('planning throws for no files, says the same each time, and every plan can be sent', () => {
  let plans = 0
  fc.assert(
    fc.property(request, (made) => {
      const answer = planBuild(requestOf(made))

      expect(planBuild(requestOf(made))).toEqual(answer)
      if (!('plan' in answer)) return
      plans++
      const { jobs } = answer.plan
      const names = jobs.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      expect(jobs.filter((one) => !Check(PlannedJob, one))).toEqual([])
      expect(jobs.flatMap(({ needs }) => needs).filter((name) => !names.includes(name))).toEqual([])
      expect(answer.definitions.map(({ name }) => name)).toEqual(names)
    }),
    { numRuns: 400 },
  )

  expect(plans).toBeGreaterThan(60)
})

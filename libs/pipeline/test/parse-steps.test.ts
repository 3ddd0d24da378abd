import { expect, test } from 'vitest'
import type { StepDefinition } from '../index.ts'
import { jobOf } from './pipeline-of.ts'

const plain = { name: 'b', work: { run: 'b' }, env: {}, secrets: {}, allowFailure: false }

const written: readonly (readonly [string, Partial<StepDefinition>])[] = [
  ['name: Unit tests', { name: 'Unit tests' }],
  ['image: ruby:3', { image: 'ruby:3' }],
  ['env: { A: 1 }', { env: { A: '1' } }],
  ['secrets: [TOKEN]', { secrets: { TOKEN: 'TOKEN' } }],
  ['if: always', { if: 'always' }],
  ['timeout: 1m', { timeout: { totalMs: 60_000 } }],
  ['timeout: { silence: 1m }', { timeout: { silenceMs: 60_000 } }],
  ['retry: 1', { retry: { max: 1, delayMs: 0 } }],
  ['allow-failure: true', { allowFailure: true }],
  ['resources: { cpu: 1 }', { resources: { cpu: 1 } }],
  ['network: internal', { network: 'internal' }],
  ['dir: web', { dir: 'web' }],
  ['shell: bash', { shell: 'bash' }],
  ['user: node', { user: 'node' }],
  ['privileged: false', { privileged: false }],
]

test.each(written)('a step with %s', (keys, says) => {
  expect(jobOf(`image: a\nsteps: [{ run: b, ${keys} }]\n`).steps).toEqual([{ ...plain, ...says }])
})

test('env and secrets of the root, the job and the step lie over one another', () => {
  const { steps } = jobOf(`
    image: a
    env: { A: root, B: root, C: root }
    secrets: { S: ROOT, T: ROOT }
    jobs:
      test:
        env: { B: job, C: job }
        secrets: { T: JOB }
        steps: [{ run: b, env: { C: step }, secrets: { U: STEP } }]
  `)

  expect(steps).toMatchObject([
    { env: { A: 'root', B: 'job', C: 'step' }, secrets: { S: 'ROOT', T: 'JOB', U: 'STEP' } },
  ])
})

test('steps side by side are neighbours with the same number', () => {
  const { steps } = jobOf('image: a\nsteps:\n  - a\n  - parallel: [b, { run: c }]\n  - d\n  - parallel: [e, f]\n')

  const numbers = steps.map(({ name, parallel }) => [name, parallel])
  expect(numbers).toEqual([
    ['a', undefined],
    ['b', 1],
    ['c', 1],
    ['d', undefined],
    ['e', 3],
    ['f', 3],
  ])
})

test('the image step with every default filled in', () => {
  expect(jobOf('steps: [{ uses: image }]\n').steps).toEqual([
    {
      ...plain,
      name: 'image',
      work: { uses: 'image', with: { context: '.', file: 'Dockerfile', args: {}, tags: [], push: false, skip: true } },
    },
  ])
})

test('a job that is one image step, with all of its inputs', () => {
  const { steps } = jobOf(
    'uses: image\nwith: { context: web, file: a/Dockerfile, args: { NODE: 24 }, tags: "x/web:${{ sha }}", push: true, validate: node -v, skip: false }\n',
  )

  expect(steps).toMatchObject([
    {
      name: 'image x/web:${{ sha }}',
      work: {
        uses: 'image',
        with: {
          context: 'web',
          file: 'a/Dockerfile',
          args: { NODE: '24' },
          tags: ['x/web:${{ sha }}'],
          push: true,
          validate: 'node -v',
          skip: false,
        },
      },
    },
  ])
})

test('`${{` may stand in env although commands are beside it', () => {
  expect(jobOf('image: a\nsteps: [{ run: b, env: { A: "${{ branch }}" } }]\n').steps[0]?.env).toEqual({
    A: '${{ branch }}',
  })
})

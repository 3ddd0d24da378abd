import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestJob, type JobDefinition } from '../index.ts'
import { planOf } from './plan-of.ts'

const text = 'image: node:24\nenv: { B: 2, A: 1 }\ntimeout: 1h\nsteps: [{ run: npm test, timeout: 1s }]\n'
const [job] = planOf(text).definitions
if (job === undefined) throw new Error('no job')

test('the digest is that of the canonical JSON', () => {
  const small = { name: 'build', env: { B: '2', A: '1' }, dir: undefined } as unknown as JobDefinition // any shape has one

  // printf '{"env":{"A":"1","B":"2"},"name":"build"}' | sha256sum
  expect(digestJob(small)).toBe('ceb605163af20a72c6810363581d59b3d72289b16c62cb757441310f9d606895')
})

test('the digest does not depend on the order of keys', () => {
  const turned = Object.fromEntries(Object.entries(job).toReversed())

  expect(digestJob({ ...job, ...turned, env: { A: '1', B: '2' } })).toBe(digestJob(job))
})

test('another image, command, order of steps, variable, timeout, secret, need or right has another digest', () => {
  const [step] = job.steps
  if (step === undefined) throw new Error('no step')
  const others: readonly JobDefinition[] = [
    { ...job, image: 'node:26' },
    { ...job, env: { A: '1' } },
    { ...job, timeout: { totalMs: 1 } },
    { ...job, steps: [{ ...step, work: { run: 'a' } }] },
    { ...job, steps: [step, { ...step, name: 'b' }] },
    { ...job, steps: [{ ...step, name: 'b' }, step] },
    { ...job, secrets: { TOKEN: 'TOKEN' } },
    { ...job, secrets: { TOKEN: 'OTHER' } },
    { ...job, needs: ['a'] },
    { ...job, matrix: { a: '1' } },
    { ...job, if: 'false' },
    { ...job, privileged: true },
    { ...job, environment: 'production' },
  ]

  expect(new Set([job, ...others].map(digestJob)).size).toBe(others.length + 1)
})

test('the same environment always has the same digest, and different ones different digests', () => {
  const envs = fc.dictionary(fc.stringMatching(/^[A-Z]{1,3}$/), fc.string())
  fc.assert(
    fc.property(envs, envs, (a, b) => {
      const isSame = digestJob({ ...job, env: a }) === digestJob({ ...job, env: b })
      expect(isSame).toBe(isDeepStrictEqual({ ...a }, { ...b }))
    }),
  )
})

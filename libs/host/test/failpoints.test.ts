import { isProblem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { isProduct, readTree } from '../../../test/architecture/source.ts'
import { armFailpoints, failpoint, failpoints } from '../failpoints.ts'

const root = new URL('../../..', import.meta.url).pathname
const name = 'agent.after-keep'

test('each failpoint of the list is passed in one place of the product, and there is no other', () => {
  const passed = readTree(root)
    .filter(isProduct)
    .filter(({ path }) => path.startsWith('services/'))
    .flatMap(({ text }) => [...text.matchAll(/\bfailpoint\('([^']*)'\)/g)].map(([, found]) => String(found)))

  expect(passed.toSorted()).toEqual(Object.keys(failpoints).toSorted())
})

test('a failpoint is in the service that its name begins with', () => {
  const misplaced = readTree(root)
    .filter(isProduct)
    .flatMap(({ path, text }) => [...text.matchAll(/\bfailpoint\('(\w+)\./g)].map(([, service]) => ({ path, service })))
    .filter(({ path, service }) => !path.startsWith(`services/${service}/`))

  expect(misplaced).toEqual([])
})

test('an unarmed failpoint does nothing', async () => {
  using _armed = armFailpoints({})

  await expect(failpoint(name)).resolves.toBeUndefined()
})

test.each([
  ['error', [true, false, false]],
  ['error@2', [false, true, false]],
  ['error@2+', [false, true, true]],
])('%s fails at the passings that it names', async (effect, expected) => {
  using _armed = armFailpoints({ NARWHAL_FAILPOINTS: `${name}=${effect}` })

  const failed: boolean[] = []
  for (const _ of expected) {
    const error: unknown = await failpoint(name).catch((cause: unknown) => cause)
    failed.push(isProblem(error, 'FAILPOINT'))
  }

  expect(failed).toEqual(expected)
})

test('several failpoints are armed at once, each with its own effect', async () => {
  using _armed = armFailpoints({ NARWHAL_FAILPOINTS: 'agent.before-keep=delay:1,dispatcher.after-take=error' })

  await expect(failpoint('agent.before-keep')).resolves.toBeUndefined()
  await expect(failpoint('dispatcher.after-take')).rejects.toThrow('what they became is stored')
  await expect(failpoint(name)).resolves.toBeUndefined()
})

test.each([
  'nowhere=kill',
  'agent.after-keep',
  'agent.after-keep=explode',
  'agent.after-keep=kill@0',
  'constructor=kill',
])('"%s" arms nothing: the process does not start', (given) => {
  expect(() => armFailpoints({ NARWHAL_FAILPOINTS: given })).toThrow('NARWHAL_FAILPOINTS has')
})

test('production refuses to start with failpoints', () => {
  const env = { NARWHAL_FAILPOINTS: `${name}=kill`, NODE_ENV: 'production' }

  expect(() => armFailpoints(env)).toThrow('NARWHAL_FAILPOINTS is for tests')
})

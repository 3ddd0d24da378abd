import { expect, test } from 'vitest'
import { isRoot, workspaceOwner } from '../engine/docker/workspace-owner.ts'

test.each([
  [['app', 'app', 'app'], ['app']],
  [
    ['app', undefined, 'app'],
    ['app', 'app'],
  ],
  [
    ['app', 'other', 'app'],
    ['app', 'other', 'app'],
  ],
  [[undefined, undefined], []],
])('after steps of %j the workspace was given to %j', async (users, expected) => {
  const owner = workspaceOwner()
  const given: string[] = []

  for (const user of users) await owner.give(user, async () => void given.push(user ?? 'root'))

  expect(given).toEqual(expected)
})

test('steps side by side of one user wait for one gift', async () => {
  const owner = workspaceOwner()
  const { promise, resolve } = Promise.withResolvers<void>()
  const order: string[] = []
  const give = (name: string) => owner.give('app', () => promise).then(() => order.push(name))

  const both = Promise.all([give('first'), give('second')])
  order.push('given')
  resolve()
  await both

  expect(order).toEqual(['given', 'first', 'second'])
})

test('a gift that failed is tried again by the next step', async () => {
  const owner = workspaceOwner()

  const failed = owner.give('app', () => Promise.reject(new RangeError('no chown')))
  await expect(failed).rejects.toThrow('no chown')
  let given = 0
  await owner.give('app', async () => void given++)

  expect(given).toBe(1)
})

test.each([
  ['', true],
  ['0', true],
  ['root', true],
  ['root:app', true],
  ['0:1000', true],
  ['app', false],
  ['1000:0', false],
  ['rooted', false],
])('the user "%s" is root: %s', (user, expected) => {
  expect(isRoot(user)).toBe(expected)
})

import { isProblem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { openSlots } from '../slots.ts'

test('a slot is taken once, and its offer may come again', () => {
  const slots = openSlots(2)

  const first = slots.take('a')
  const again = slots.take('a')

  expect(first).toBeDefined()
  expect(again).toBeUndefined()
  expect(slots.free()).toBe(1)
})

test('a full runner refuses', () => {
  const slots = openSlots(1)
  slots.take('a')

  expect(() => slots.take('b')).toThrow(expect.toSatisfy((error) => isProblem(error, 'RUNNER_FULL')))
})

test('a draining runner refuses what is new', () => {
  const slots = openSlots(2)
  slots.take('a')

  slots.drain()

  expect(() => slots.take('b')).toThrow(expect.toSatisfy((error) => isProblem(error, 'RUNNER_DRAINING')))
  expect(slots.take('a')).toBeUndefined()
  expect(slots.free()).toBe(0)
})

test('a vacated slot is free while its attempt is still held', () => {
  const slots = openSlots(1)
  slots.take('a')

  slots.vacate('a', Promise.resolve())

  expect(slots.free()).toBe(1)
  expect([...slots.held()]).toEqual(['a'])
})

test('an attempt that has ended is not taken again', () => {
  const slots = openSlots(1)
  slots.take('a')

  slots.release('a')

  expect(slots.take('a')).toBeUndefined()
  expect(slots.free()).toBe(1)
})

test('a slot that is passed on stays taken', () => {
  const slots = openSlots(1)
  slots.take('plan')

  const stop = slots.pass('plan', 'job')

  expect(stop).toBeDefined()
  expect(slots.free()).toBe(0)
  expect([...slots.held()]).toEqual(['job'])
})

test('a draining runner passes no slot on', () => {
  const slots = openSlots(1)
  slots.take('plan')

  slots.drain()
  const stop = slots.pass('plan', 'job')

  expect(stop).toBeUndefined()
  expect([...slots.held()]).toEqual([])
})

test('there is room for a container only when the one before it is gone', async () => {
  const slots = openSlots(1)
  const gone = Promise.withResolvers<void>()
  const order: string[] = []
  slots.take('a')
  slots.vacate(
    'a',
    gone.promise.then(() => order.push('a is gone')),
  )
  slots.take('b')

  const room = slots.room(new AbortController().signal).then(() => order.push('room for b'))
  gone.resolve()
  await room

  expect(order).toEqual(['a is gone', 'room for b'])
})

test('whoever waits for room can be stopped', async () => {
  const slots = openSlots(1)
  slots.take('a')
  slots.vacate('a', new Promise(() => undefined))
  slots.take('b')
  const stop = new AbortController()

  const room = slots.room(stop.signal)
  stop.abort(new RangeError('enough'))

  await expect(room).rejects.toThrow('enough')
})

import { problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { isStoreFault, openStore } from '../index.ts'
import { id, newBuild } from './records.ts'

const coded = (code: unknown, name = 'code') => Object.assign(new RangeError('no'), { [name]: code })

/** As pg says it: without a code. */
function lostConnection(): Error {
  return new Error('Connection terminated unexpectedly')
}

test.each([
  ['SQLITE_FULL', coded(13, 'errcode')],
  ['SQLITE_IOERR_FSYNC', coded(1034, 'errcode')],
  ['SQLITE_ERROR', coded(1, 'errcode')],
  ['serialization_failure', coded('40001')],
  ['admin_shutdown', coded('57P01')],
  ['disk_full', coded('53100')],
  ['ECONNREFUSED', coded('ECONNREFUSED')],
  ['a connection that broke', lostConnection()],
  ['a conflict', problem('STORE_CONFLICT', 'others were quicker')],
  ['an unavailable store', problem('STORE_UNAVAILABLE', 'it is gone')],
])('%s is a fault of the store', (_, error) => {
  expect(isStoreFault(error)).toBe(true)
})

test.each([
  ['a unique_violation', coded('23505')],
  ['a text that PostgreSQL does not take', coded('22P05')],
  ['a value too long for an index', coded('54000')],
  ['SQLITE_TOOBIG', coded(18, 'errcode')],
  ['a bug', new TypeError('undefined has no length')],
  ['a problem of the message', problem('BAD_REQUEST', 'no')],
])('%s is none', (_, error) => {
  expect(isStoreFault(error)).toBe(false)
})

test('what a real store says of a broken constraint is no fault of the store', async () => {
  await using store = await openStore('memory:')
  await store.transaction(({ builds }) => builds.insert(newBuild(1)))

  const error: unknown = await store
    .transaction(({ builds }) => builds.insert({ ...newBuild(2), id: id(1) }))
    .catch((caught: unknown) => caught)

  expect(error).toBeInstanceOf(Error)
  expect(isStoreFault(error)).toBe(false)
})

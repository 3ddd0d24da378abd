import { commitsTopic } from '@narwhal/protocol'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { forQuarantine, messageReader } from '../index.ts'

const read = messageReader(commitsTopic, Type.Object({ id: Type.String(), count: Type.Integer() }))

test('a message that fits is read', () => {
  expect(read('{"id":"a","count":1}')).toEqual({ message: { id: 'a', count: 1 } })
})

test.each([
  ['{"id":', 'it is not JSON'],
  ['{"id":"a","count":"1"}', '/count must be integer'],
  ['[]', 'it must be object'],
  ['\0', 'it is not JSON'],
])('of %j it is said why it is none', (body, why) => {
  expect(read(body)).toEqual({ unreadable: `it is no message of the topic commits: ${why}` })
})

test('a body that is too large is not even parsed', () => {
  expect(read(' '.repeat(64 * 1024 * 1024 + 1))).toMatchObject({
    unreadable: expect.stringContaining('is the most') as unknown,
  })
})

test('quarantine keeps a message word for word, but no NUL, and of a huge one its beginning', () => {
  const message = { messageId: 'm', body: 'a\nb', because: 'no' }

  expect(forQuarantine(message)).toEqual(message)
  expect(forQuarantine({ messageId: '\0', body: 'a\0b', because: '\0' })).toEqual({
    messageId: '␀',
    body: 'a␀b',
    because: '␀',
  })
  const huge = forQuarantine({ ...message, body: 'x'.repeat(9 * 1024 * 1024) })
  expect([huge.body.length, huge.because]).toEqual([65_536, 'no (of 9437184 characters 65,536 are kept)'])
})

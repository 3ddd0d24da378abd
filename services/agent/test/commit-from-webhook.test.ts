import { isProblem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { commitFromWebhook } from '../commit-from-webhook.ts'

const forge = { forgeHost: 'github.com' }
const sha = 'a'.repeat(40)
const zeros = '0'.repeat(40)
const push = {
  ref: 'refs/heads/main',
  before: zeros,
  after: sha,
  repository: { id: 7, name: 'hello', owner: { login: 'octo' } },
  head_commit: { id: sha, message: 'Greet', author: { name: 'Ada' } },
}
const commit = {
  repository: { host: 'github.com', owner: 'octo', name: 'hello' },
  ref: 'refs/heads/main',
  sha,
  trigger: 'push',
  message: 'Greet',
  author: 'Ada',
}

test.each([
  ['of a branch', push, commit],
  ['of a tag', { ...push, ref: 'refs/tags/v1' }, { ...commit, ref: 'refs/tags/v1', trigger: 'tag' }],
  [
    'of an annotated tag, whose commit is the one the tag names',
    { ...push, ref: 'refs/tags/v1', after: 'b'.repeat(40) },
    { ...commit, ref: 'refs/tags/v1', trigger: 'tag' },
  ],
  ['of a branch that was there before', { ...push, before: 'c'.repeat(40) }, { ...commit, before: 'c'.repeat(40) }],
  [
    'of a tag that was there before',
    { ...push, ref: 'refs/tags/v1', before: 'c'.repeat(40) },
    { ...commit, ref: 'refs/tags/v1', trigger: 'tag' },
  ],
  ['of a SHA-256 repository', { ...push, after: 'a'.repeat(64) }, { ...commit, sha: 'a'.repeat(64) }],
  ['of an owner without a login', { ...push, repository: { ...push.repository, owner: { name: 'octo' } } }, commit],
  [
    'without a head commit',
    { ...push, head_commit: null, pusher: { name: 'Bob' } },
    { repository: commit.repository, ref: commit.ref, sha, trigger: 'push', author: 'Bob' },
  ],
  [
    'with a huge message',
    { ...push, head_commit: { id: sha, message: 'm'.repeat(100_000), author: { name: 'Ada' } } },
    { ...commit, message: 'm'.repeat(65_536) },
  ],
])('a push %s is its commit', (_name, payload, expected) => {
  const from = commitFromWebhook('push', payload, forge)

  expect(from).toMatchObject({ commit: expected })
  expect('commit' in from && Object.keys(from.commit).sort()).toEqual(Object.keys(expected).sort())
})

test.each([
  ['ping', {}, 'ping'],
  ['issues', {}, '"issues"'],
  ['push', { ...push, deleted: true, after: zeros }, 'was deleted'],
  ['push', { ...push, after: zeros }, 'was deleted'],
  ['push', { ...push, ref: 'refs/notes/commits' }, 'neither a branch nor a tag'],
  ['push', { ...push, ref: 'refs/heads/--upload-pack=$(id)' }, 'characters'],
  ['push', { ...push, ref: 'refs/heads/a\nb' }, '"refs/heads/a\\nb"'],
  ['push', { ...push, ref: `refs/heads/${'x'.repeat(5000)}` }, 'characters'],
  ['push', { ...push, repository: { ...push.repository, name: '..' } }, 'a name that'],
  ['push', { ...push, repository: { ...push.repository, owner: {} } }, 'a name that'],
])('a %s of %j is ignored with the reason', (event, payload, reason) => {
  const from = commitFromWebhook(event, payload, forge)

  expect(from).toEqual({ ignored: expect.stringContaining(reason) })
  expect('ignored' in from && from.ignored.length).toBeLessThan(400)
})

test.each([
  ['without a ref', { ...push, ref: undefined }],
  ['with a sha that is none', { ...push, after: '--all' }],
  ['without a repository', { ...push, repository: null }],
  ['with a repository without an id', { ...push, repository: { ...push.repository, id: '7' } }],
  ['that is a list', []],
])('a push %s is malformed', (_name, payload) => {
  const read = () => commitFromWebhook('push', payload, forge)

  expect(read).toThrow(expect.toSatisfy((error) => isProblem(error, 'WEBHOOK_MALFORMED')))
})

test('moving a branch there and back gives four different events', () => {
  const moves = [
    ['a', 'b'],
    ['b', 'a'],
    ['a', 'c'],
    ['c', 'a'],
  ] as const

  const keys = moves.map(([before, after]) => {
    const from = commitFromWebhook('push', { ...push, before: before.repeat(40), after: after.repeat(40) }, forge)
    return 'commit' in from ? from.eventKey : ''
  })

  expect(new Set(keys).size).toBe(4)
  expect(keys[0]).toBe(`github.com 7 push refs/heads/main ${'a'.repeat(40)} ${'b'.repeat(40)}`)
})

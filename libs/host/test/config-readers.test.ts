import { expect, test } from 'vitest'
import {
  approvers,
  hashToken,
  leaseMs,
  newToken,
  pipelineFile,
  queueLimitMs,
  runnerLabels,
  runnerName,
  secret,
  secrets,
  slotCount,
} from '../index.ts'

const odd = `${newToken()}!ä`
const [ada, bob] = [newToken(), newToken()]

test.each([
  ['a lease of 1 s', leaseMs, '1000', 1_000],
  ['a lease of 24 h', leaseMs, '86400000', 86_400_000],
  ['a limit of 365 days', queueLimitMs, '31536000000', 31_536_000_000],
  ['1024 slots', slotCount, '1024', 1_024],
  ['a name', runnerName, 'ada', 'ada'],
  ['labels', runnerLabels, 'os=linux, ,track=ruby', ['os=linux', 'track=ruby']],
  ['a long label', runnerLabels, 'x'.repeat(200), ['x'.repeat(200)]],
  [
    'who may approve',
    approvers,
    ` ada:${ada}  b@x.org:${bob}`,
    [
      { name: 'ada', tokenHash: hashToken(ada) },
      { name: 'b@x.org', tokenHash: hashToken(bob) },
    ],
  ],
  ['a webhook secret of any characters', secrets, odd, [odd]],
])('%s is read', (_, read, given, value) => {
  expect(read(given)).toEqual(value)
})

test.each([
  ['a lease that a timer cannot count', leaseMs, '99999999999', /1000 to 86400000/],
  ['a lease of a few milliseconds', leaseMs, '5', /1000 to 86400000/],
  ['a limit of no whole milliseconds', queueLimitMs, '1000.5', /1000 to/],
  ['a limit above 365 days', queueLimitMs, '31536000001', /1000 to/],
  ['more slots than the dispatcher takes', slotCount, '1025', /at most 1024/],
  ['a name of 101 characters', runnerName, 'x'.repeat(101), /at most 100/],
  ['a label of 201 characters', runnerLabels, `os=linux,${'x'.repeat(201)}`, /201 characters.*at most 200/],
  ['101 labels', runnerLabels, Array.from({ length: 101 }, (_, index) => `l${index}`).join(), /at most 100/],
  ['an approver without a token', approvers, `ada:${ada} bob`, /no "name:token" in its place 2/],
  ['an approver with a short token', approvers, 'ada:short', /token for ada that has 5 characters/],
  ['one approver twice', approvers, `ada:${ada} ada:${bob}`, /twice/],
  ['one token for two approvers', approvers, `ada:${ada} bob:${ada}`, /twice/],
  ['a pipeline that is not there', pipelineFile, '/nowhere/narwhal.yml', /cannot be read/],
  ['a token that no header carries', secret, odd, /only letters, digits and - \. _ ~ \+ \/ =/],
])('%s is refused', (_, read, given, wrong) => {
  expect(read(given)).toMatchObject({ wrong: expect.stringMatching(wrong) })
})

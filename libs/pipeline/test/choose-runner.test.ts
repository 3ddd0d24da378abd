import { expect, test } from 'vitest'
import { chooseRunner, type RunnerLoad } from '../index.ts'

function runner(name: string, held: number, slots: number, ...labels: string[]): RunnerLoad {
  return { id: `id-${name}`, name, held, slots, labels }
}

const table: readonly (readonly [string, { labels: string[]; runners: RunnerLoad[]; chosen: string | undefined }])[] = [
  ['nobody when there is no runner', { labels: [], runners: [], chosen: undefined }],
  ['nobody when all slots are held', { labels: [], runners: [runner('ada', 2, 2)], chosen: undefined }],
  ['nobody when more is held than there are slots', { labels: [], runners: [runner('ada', 3, 2)], chosen: undefined }],
  ['nobody when a label is missing', { labels: ['a', 'b'], runners: [runner('ada', 0, 2, 'a')], chosen: undefined }],
  [
    'the one with all labels',
    { labels: ['a'], runners: [runner('ada', 0, 4), runner('bob', 1, 2, 'b', 'a')], chosen: 'bob' },
  ],
  ['the least loaded', { labels: [], runners: [runner('ada', 1, 2), runner('bob', 1, 4)], chosen: 'bob' }],
  [
    'the least loaded, not the freest',
    { labels: [], runners: [runner('ada', 5, 10), runner('bob', 1, 3)], chosen: 'bob' },
  ],
  [
    'the freest of equally loaded ones',
    { labels: [], runners: [runner('ada', 1, 2), runner('bob', 2, 4)], chosen: 'bob' },
  ],
  ['the first by name of equals', { labels: [], runners: [runner('bob', 0, 2), runner('ada', 0, 2)], chosen: 'ada' }],
  [
    'equal ratios that do not divide evenly',
    { labels: [], runners: [runner('ada', 1, 3), runner('bob', 2, 6)], chosen: 'bob' },
  ],
]

test.each(table)('a job gets %s', (_, { labels, runners, chosen }) => {
  const id = chooseRunner({ labels }, runners)

  expect(id).toBe(chosen === undefined ? undefined : `id-${chosen}`)
})

const tracked = [runner('ada', 0, 4), runner('bob', 3, 4, 'track=ruby'), runner('eve', 0, 4, 'track=go')]

test.each([
  ['ruby', tracked, 'bob'],
  ['go', tracked, 'eve'],
  ['rust', tracked, 'ada'],
  ['rust', tracked.slice(1), undefined],
  ['ruby', [runner('ada', 0, 4), runner('bob', 4, 4, 'track=ruby')], 'ada'],
  ['ruby', [runner('ada', 0, 4), runner('bob', 1, 4, 'track=go', 'track=ruby')], 'bob'],
  ['ruby', [runner('ada', 1, 2), runner('bob', 0, 2)], 'bob'],
  [undefined, tracked, 'ada'],
  [undefined, [runner('ada', 1, 4), runner('bob', 0, 4, 'track=ruby')], 'ada'],
  [undefined, [runner('ada', 4, 4), runner('bob', 0, 4, 'track=ruby')], 'bob'],
])('a job of the track %s gets its runners first, then those of no track', (track, runners, chosen) => {
  const id = chooseRunner({ labels: [], track }, runners)

  expect(id).toBe(chosen === undefined ? undefined : `id-${chosen}`)
})

test('a track takes no label away', () => {
  const runners = [runner('ada', 0, 4, 'os=linux'), runner('bob', 0, 4, 'track=ruby')]

  expect(chooseRunner({ labels: ['os=linux'], track: 'ruby' }, runners)).toBe('id-ada')
})

test('the order in which runners are listed does not matter', () => {
  const runners = [runner('ada', 1, 2), runner('bob', 0, 1), runner('eve', 0, 3), runner('dan', 0, 3)]

  const chosen = [runners, runners.toReversed()].map((listed) => chooseRunner({ labels: [] }, listed))

  expect(chosen).toEqual(['id-dan', 'id-dan'])
})

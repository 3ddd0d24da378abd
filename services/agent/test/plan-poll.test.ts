import { expect, test } from 'vitest'
import { planPoll } from '../plan-poll.ts'

const a = 'a'.repeat(40)
const b = 'b'.repeat(40)
const main = { ref: 'refs/heads/main', sha: a }
const mainMoved = { ref: 'refs/heads/main', sha: b }
const topic = { ref: 'refs/heads/topic', sha: b }
const tag = { ref: 'refs/tags/v1', sha: a }
const nothing = { news: [], moved: [], goneRefs: [] }

test.each([
  ['an empty repository at a start', [], undefined, [], true, nothing],
  [
    'the first look ever',
    [main, topic, tag],
    main,
    [],
    true,
    { atStart: main, news: [], moved: [main, topic, tag], goneRefs: [] },
  ],
  [
    'a start without news',
    [main, topic],
    main,
    [main, topic],
    true,
    { atStart: main, news: [], moved: [], goneRefs: [] },
  ],
  [
    'a start after the head had moved',
    [mainMoved],
    mainMoved,
    [main],
    true,
    { atStart: mainMoved, news: [], moved: [mainMoved], goneRefs: [] },
  ],
  [
    'a start after a branch had moved',
    [main, topic],
    main,
    [main],
    true,
    { atStart: main, news: [topic], moved: [topic], goneRefs: [] },
  ],
  ['a look without news', [main, topic], main, [main, topic], false, nothing],
  [
    'a moved head',
    [mainMoved],
    mainMoved,
    [main],
    false,
    { ...nothing, news: [{ ...mainMoved, before: a }], moved: [mainMoved] },
  ],
  [
    'a new branch and a new tag',
    [main, topic, tag],
    main,
    [main],
    false,
    { ...nothing, news: [topic, tag], moved: [topic, tag] },
  ],
  ['a branch that is gone', [main], main, [main, topic], false, { ...nothing, goneRefs: [topic.ref] }],
  [
    'the first commit of an empty repository, after its start was told',
    [main],
    main,
    [],
    false,
    { ...nothing, news: [main], moved: [main] },
  ],
  ['a repository whose HEAD names no branch', [topic], undefined, [], true, { ...nothing, moved: [topic] }],
])('%s', (_name, refs, head, cursors, isStart, expected) => {
  const plan = planPoll({
    heads: head === undefined ? { refs } : { head, refs },
    cursors: new Map(cursors.map(({ ref, sha }) => [ref, sha])),
    isStart,
  })

  expect(plan).toEqual(expected)
})

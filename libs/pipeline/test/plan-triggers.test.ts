import { catalogue, type Commit } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { answerOf, planOf, push } from './plan-of.ts'

const job = 'image: a\nrun: b\n'

function outcome(on: string, commit: Partial<Commit>, changes?: readonly string[] | 'all'): string {
  const answer = answerOf(`${on === '' ? '' : `on: ${on}\n`}${job}`, {
    commit: { ...push, ...commit },
    ...(changes === undefined ? {} : { changes }),
  })
  if ('ending' in answer) return `${answer.ending.outcome} ${answer.ending.code}`
  return Object.keys(answer)[0] === 'plan' ? 'plan' : JSON.stringify(answer)
}

const tag = { trigger: 'tag', ref: 'refs/tags/v1.2' } as const
const pull = { trigger: 'pull_request', ref: 'refs/heads/feature/x', base: 'refs/heads/main' } as const
const no = 'skipped COMMIT_NOT_WANTED'

test.each([
  ['', {}, 'plan'],
  ['', { trigger: 'poll' }, 'plan'],
  ['', pull, 'plan'],
  ['', { trigger: 'manual' }, 'plan'],
  ['', { trigger: 'api' }, 'plan'],
  ['', tag, no],
  ['', { trigger: 'poll', ref: 'refs/tags/v1' }, no],
  ['', { trigger: 'cron' }, no],
  ['push', pull, no],
  ['pull_request', {}, no],
  ['[tag]', {}, no],
  ['[tag]', { trigger: 'push', ref: 'refs/tags/v1' }, 'plan'],
  ['{ push: { branches: [main, "release/*"] } }', {}, 'plan'],
  ['{ push: { branches: [main, "release/*"] } }', { ref: 'refs/heads/release/1' }, 'plan'],
  ['{ push: { branches: [main, "release/*"] } }', { ref: 'refs/heads/release/1/x' }, no],
  ['{ push: { branches: [main, "release/*"] } }', { ref: 'refs/heads/mains' }, no],
  ['{ push: { branches: ["!wip/**"] } }', { ref: 'refs/heads/wip/a/b' }, no],
  ['{ push: { branches: ["!wip/**"] } }', {}, 'plan'],
  ['{ push: { branches: ["**", "!main"] } }', {}, no],
  ['{ push: { branches: next } }', { trigger: 'poll' }, no],
  ['{ pull_request: { branches: main } }', pull, 'plan'],
  ['{ pull_request: { branches: "feature/*" } }', pull, no],
  ['{ tag: { tags: "v*" } }', tag, 'plan'],
  ['{ tag: { tags: "w*" } }', tag, no],
  ['{ cron: "0 3 * * *" }', { trigger: 'cron' }, 'plan'],
  ['{ cron: [{ schedule: "0 3 * * *", branches: next }] }', { trigger: 'cron' }, no],
  ['{ push: { branches: next } }', { trigger: 'manual' }, 'plan'],
] as const)('with `on: %s` a commit %j: %s', (on, commit, expected) => {
  expect(outcome(on, commit)).toBe(expected)
})

test.each([
  ['{ push: { paths: [src] } }', ['src/a.ts'], 'plan'],
  ['{ push: { paths: ["src/**/*.ts"] } }', ['src/a.ts'], 'plan'],
  ['{ push: { paths: [src] } }', ['docs/a.md', 'srcs'], no],
  ['{ push: { paths: ["!docs"] } }', ['docs/a.md'], no],
  ['{ push: { paths: ["!docs"] } }', ['docs/a.md', 'b'], 'plan'],
  ['{ push: { paths: [src] } }', [], no],
  ['{ push: { paths: [src] } }', 'all', 'plan'],
] as const)('with `on: %s` a push that changes %j: %s', (on, changes, expected) => {
  expect(outcome(on, {}, changes)).toBe(expected)
})

test('changes are asked for only where a filter needs them', () => {
  expect(answerOf(`on: { push: { paths: [src] } }\n${job}`)).toEqual({ wants: { changes: true } })
  expect(answerOf(`on: { push: { paths: [src], branches: next } }\n${job}`)).toHaveProperty('ending')
  expect(answerOf(`on: { push: { paths: [src] } }\n${job}`, { purpose: 'definitions' })).toHaveProperty('plan')
})

test('why nothing is built is said', () => {
  const answer = answerOf(`on: { push: { branches: [next, "v*"] } }\n${job}`)

  expect(answer).toMatchObject({
    ending: {
      message: `narwhal.yml starts no build for this: The branch "main" is none of those that push wants: next, v*.\n${catalogue.COMMIT_NOT_WANTED.fix}`,
    },
  })
})

test.each([
  ['push', 'Fix the pump [skip ci]', '[skip ci]'],
  ['tag', '[CI Skip] release', '[ci skip]'],
  ['poll', 'Fix\n\nmore words [ci skip]', '[ci skip]'],
] as const)('a %s whose message is %j is skipped', (trigger, message, mark) => {
  expect(answerOf(job, { commit: { ...push, trigger, message } })).toEqual({
    ending: {
      outcome: 'skipped',
      code: 'COMMIT_SKIPPED',
      message: `The commit message has ${mark}.\n${catalogue.COMMIT_SKIPPED.fix}`,
    },
  })
})

test.each([
  ['manual', '[skip ci]'],
  ['api', '[skip ci]'],
  ['pull_request', '[ci skip]'],
  ['push', 'skip ci'],
  ['push', ''],
] as const)('a %s whose message is %j is built', (trigger, message) => {
  expect(answerOf(job, { commit: { ...push, trigger, message } })).toHaveProperty('plan')
})

const inputs = `on:
  manual:
    inputs:
      target: { type: choice, options: [staging, production], default: staging }
      count: { type: number }
      dry: { type: boolean }
      note: { required: true }
${job}`

test.each([
  [{ note: 'a' }, 'plan'],
  [{ note: 'a', target: 'production', count: '-1.5', dry: 'true' }, 'plan'],
  [{}, 'The input "note" must be given.'],
  [{ note: 'a', targt: 'x' }, 'There is no input "targt". Did you mean target?'],
  [{ note: 'a', target: 'x' }, 'The input "target" must be one of staging, production, not "x".'],
  [{ note: 'a', count: 'many' }, 'The input "count" must be a number, not "many".'],
  [{ note: 'a', dry: 'yes' }, 'The input "dry" must be one of true, false, not "yes".'],
])('a manual build with inputs %j: %s', (given, expected) => {
  const answer = answerOf(inputs, { commit: { ...push, trigger: 'manual', inputs: given } })

  expect('ending' in answer ? answer.ending.message : Object.keys(answer)[0]).toContain(expected)
})

test('inputs have their defaults in every build', () => {
  const text = `on: { push: , manual: { inputs: { target: { default: staging }, dry: { type: boolean } } } }
image: a
env: { TARGET: "\${{ inputs.target }}", DRY: "\${{ inputs.dry }}" }
run: b
`
  expect(planOf(text).definitions[0]?.env).toEqual({ TARGET: 'staging', DRY: 'false' })
})

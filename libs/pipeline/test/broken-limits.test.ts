import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files with bounds that are none.

test('timeouts in their full form', () => {
  expect(problemsOf('image: node:24\nrun: npm test\ntimeout: { totl: 1h, silence: 5 }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:12  unknown key "totl" in \`timeout\`
      | timeout: { totl: 1h, silence: 5 }
      |            ^
      Did you mean "total"? \`timeout\` takes: total, silence.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:3:31  "silence" must be a duration from 1s to 24h
      | timeout: { totl: 1h, silence: 5 }
      |                               ^
      Write days, hours, minutes and seconds, for example: 30s, 15m, 1h30m or 7d
      PIPELINE_BAD_DURATION — docs/errors.md#pipeline_bad_duration"
  `)
})

test('an empty timeout', () => {
  expect(problemsOf('image: node:24\nrun: npm test\ntimeout: {}\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:10  "timeout" is empty
      | timeout: {}
      |          ^
      Write for example: timeout: { total: 1h, silence: 5m }
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('retries that are too many, or for causes that are none', () => {
  expect(
    problemsOf(
      'image: node:24\nsteps:\n  - { run: a, retry: 11 }\n  - { run: b, retry: twice }\n  - { run: c, retry: { delay: 10s } }\n  - { run: d, retry: { max: 1.5, on: [0, flaky], delay: 2h } }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:22  "retry" must be a whole number from 0 to 10
      |   - { run: a, retry: 11 }
      |                      ^
      Write for example: retry: 2
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:4:22  "retry" must be a number or a map, but this is text
      |   - { run: b, retry: twice }
      |                      ^
      Write for example: retry: 2
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:5:22  \`retry\` has no "max"
      |   - { run: c, retry: { delay: 10s } }
      |                      ^
      Write for example: retry: { max: 2, on: [75], delay: 30s }
      PIPELINE_KEY_MISSING — docs/errors.md#pipeline_key_missing

    narwhal.yml:6:29  "max" must be a whole number from 0 to 10
      |   - { run: d, retry: { max: 1.5, on: [0, flaky], delay: 2h } }
      |                             ^
      Write for example: max: 2
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:6:39  an entry of "on" must be a whole number from 1 to 255
      |   - { run: d, retry: { max: 1.5, on: [0, flaky], delay: 2h } }
      |                                       ^
      Write for example: on: [75, timeout]
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:6:42  an entry of "on" must be failed, timeout or out-of-memory, but this is "flaky"
      |   - { run: d, retry: { max: 1.5, on: [0, flaky], delay: 2h } }
      |                                          ^
      Write for example: on: [75, timeout]
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:6:57  "delay" must be a duration from 0s to 1h
      |   - { run: d, retry: { max: 1.5, on: [0, flaky], delay: 2h } }
      |                                                         ^
      Write days, hours, minutes and seconds, for example: 30s, 15m, 1h30m or 7d
      PIPELINE_BAD_DURATION — docs/errors.md#pipeline_bad_duration"
  `)
})

test('concurrency without a group, or with bounds that are none', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nconcurrency: { limit: 0, cancel: all }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:14  \`concurrency\` has no "group"
      | concurrency: { limit: 0, cancel: all }
      |              ^
      Write for example: concurrency: { group: production, limit: 1 }
      PIPELINE_KEY_MISSING — docs/errors.md#pipeline_key_missing

    narwhal.yml:3:23  "limit" must be a whole number from 1 to 1000
      | concurrency: { limit: 0, cancel: all }
      |                       ^
      Write for example: limit: 2
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:3:34  "cancel" must be superseded, but this is "all"
      | concurrency: { limit: 0, cancel: all }
      |                                  ^
      Write for example: cancel: superseded
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value"
  `)
})

test('resources without a unit, or out of bounds', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\nresources: { cpu: 0, memory: 2GB, pids: many, disk: 10, swap: 1GiB }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:19  "cpu" must be a number from 0.01 to 1024
      | resources: { cpu: 0, memory: 2GB, pids: many, disk: 10, swap: 1GiB }
      |                   ^
      Write for example: cpu: 1.5
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:3:30  "memory" must be a size from 1MiB to 64TiB
      | resources: { cpu: 0, memory: 2GB, pids: many, disk: 10, swap: 1GiB }
      |                              ^
      Write KiB, MiB, GiB or TiB behind a number, for example: 512MiB or 1.5GiB
      PIPELINE_BAD_SIZE — docs/errors.md#pipeline_bad_size

    narwhal.yml:3:41  "pids" must be a number, but this is text
      | resources: { cpu: 0, memory: 2GB, pids: many, disk: 10, swap: 1GiB }
      |                                         ^
      Write for example: pids: 500
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:3:53  "disk" must be a size from 1MiB to 64TiB
      | resources: { cpu: 0, memory: 2GB, pids: many, disk: 10, swap: 1GiB }
      |                                                     ^
      Write KiB, MiB, GiB or TiB behind a number, for example: 512MiB or 1.5GiB
      PIPELINE_BAD_SIZE — docs/errors.md#pipeline_bad_size

    narwhal.yml:3:57  unknown key "swap" in \`resources\`
      | resources: { cpu: 0, memory: 2GB, pids: many, disk: 10, swap: 1GiB }
      |                                                         ^
      \`resources\` takes: cpu, memory, pids, disk.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('priorities, networks and what to do with lost jobs', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\npriority: urgent\nnetwork: intrenal\nlost: retry\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:11  "priority" must be high, normal or background, but this is "urgent"
      | priority: urgent
      |           ^
      Write for example: priority: high
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:4:10  "network" must be outbound, internal or none, but this is "intrenal"
      | network: intrenal
      |          ^
      Did you mean "internal"?
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:5:7  "lost" must be rerun or fail, but this is "retry"
      | lost: retry
      |       ^
      Write for example: lost: fail
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value"
  `)
})

test('labels, tracks and users', () => {
  expect(
    problemsOf(
      'image: node:24\nrun: npm test\nruns-on: ["os linux"]\ntrack: ruby on rails\nuser: "root; id"\nshell: ""\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:11  an entry of "runs-on" must be one word
      | runs-on: ["os linux"]
      |           ^
      Write for example: runs-on: [os=linux]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:4:8  "track" must be one word
      | track: ruby on rails
      |        ^
      Write for example: track: ruby
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:5:7  "user" must be a name or number, or two of them parted by a colon
      | user: "root; id"
      |       ^
      Write for example: user: node
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:6:8  "shell" is empty
      | shell: ""
      |        ^
      Write for example: shell: bash -e
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('secrets that are no list, or have names that no secret has', () => {
  expect(
    problemsOf(
      'image: node:24\nsteps:\n  - { run: a, secrets: DEPLOY_TOKEN }\n  - { run: b, secrets: [deploy-token, 1] }\n  - { run: c, secrets: { 1ST: TOKEN, TOKEN: my token } }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:24  "secrets" must be a list or a map, but this is text
      |   - { run: a, secrets: DEPLOY_TOKEN }
      |                        ^
      Write for example: secrets: [DEPLOY_TOKEN]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:4:25  an entry of "secrets" must be letters, digits and _, and begin with a letter or _
      |   - { run: b, secrets: [deploy-token, 1] }
      |                         ^
      Write for example: secrets: [DEPLOY_TOKEN]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:4:39  an entry of "secrets" must be text, but this is the number 1
      |   - { run: b, secrets: [deploy-token, 1] }
      |                                       ^
      Put it in quotes to make it text: "1"
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:5:26  "1ST" is no name for an environment variable
      |   - { run: c, secrets: { 1ST: TOKEN, TOKEN: my token } }
      |                          ^
      Use letters, digits and _, and begin with a letter or _, for example: NODE_ENV
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:5:45  "TOKEN" must be letters, digits and _, and begin with a letter or _
      |   - { run: c, secrets: { 1ST: TOKEN, TOKEN: my token } }
      |                                             ^
      Write for example: secrets: [DEPLOY_TOKEN]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})

test('approvals and environments', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\napproval: ada\nenvironment: [production]\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:11  "approval" must be true, false or a list, but this is text
      | approval: ada
      |           ^
      Write for example: approval: true
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:4:14  "environment" must be text, but this is a list
      | environment: [production]
      |              ^
      Write for example: environment: production
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('true and false as something else', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\nallow-failure: yes\nprivileged: 1\nclone: "false"\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:16  "allow-failure" must be true or false, but this is text
      | allow-failure: yes
      |                ^
      Write for example: allow-failure: true
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:4:13  "privileged" must be true or false, but this is the number 1
      | privileged: 1
      |             ^
      Write for example: privileged: true
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:5:8  "clone" must be true, false or a map, but this is text
      | clone: "false"
      |        ^
      Write for example: clone: { depth: 0 }
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

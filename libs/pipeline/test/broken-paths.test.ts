import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files that reach out of the workspace, or name no files.

test('directories outside of the workspace', () => {
  expect(
    problemsOf(
      'image: node:24\ndir: ../other\nsteps:\n  - { run: a, dir: /etc }\n  - { run: b, dir: web/../../etc }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:6  "dir" must be a path below the workspace: no \`/\` in front, no \`..\`
      | dir: ../other
      |      ^
      Write for example: dir: web
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:4:20  "dir" must be a path below the workspace: no \`/\` in front, no \`..\`
      |   - { run: a, dir: /etc }
      |                    ^
      Write for example: dir: web
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:5:20  "dir" must be a path below the workspace: no \`/\` in front, no \`..\`
      |   - { run: b, dir: web/../../etc }
      |                    ^
      Write for example: dir: web
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})

test('artifacts outside of the workspace', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\nartifacts: [/etc/passwd, ../**, "dist/{..,b}/*", "!../x", ok/..]\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:13  an entry of "artifacts" must be a path below the workspace: no \`/\` in front, no \`..\`
      | artifacts: [/etc/passwd, ../**, "dist/{..,b}/*", "!../x", ok/..]
      |             ^
      Write for example: artifacts: [dist/**]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:3:26  an entry of "artifacts" must be a path below the workspace: no \`/\` in front, no \`..\`
      | artifacts: [/etc/passwd, ../**, "dist/{..,b}/*", "!../x", ok/..]
      |                          ^
      Write for example: artifacts: [dist/**]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:3:33  an entry of "artifacts" must be a path below the workspace: no \`/\` in front, no \`..\`
      | artifacts: [/etc/passwd, ../**, "dist/{..,b}/*", "!../x", ok/..]
      |                                 ^
      Write for example: artifacts: [dist/**]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:3:50  an entry of "artifacts" must be a path below the workspace: no \`/\` in front, no \`..\`
      | artifacts: [/etc/passwd, ../**, "dist/{..,b}/*", "!../x", ok/..]
      |                                                  ^
      Write for example: artifacts: [dist/**]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:3:59  an entry of "artifacts" must be a path below the workspace: no \`/\` in front, no \`..\`
      | artifacts: [/etc/passwd, ../**, "dist/{..,b}/*", "!../x", ok/..]
      |                                                           ^
      Write for example: artifacts: [dist/**]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})

test('artifacts in their full form', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\nartifacts: { path: [dist], if: cancelled, keep: 2y }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:14  unknown key "path" in \`artifacts\`
      | artifacts: { path: [dist], if: cancelled, keep: 2y }
      |              ^
      Did you mean "paths"? \`artifacts\` takes: paths, if, keep.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:3:32  "if" must be success, failure or always, but this is "cancelled"
      | artifacts: { path: [dist], if: cancelled, keep: 2y }
      |                                ^
      Write for example: if: always
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:3:49  "keep" must be a duration from 1h to 365d
      | artifacts: { path: [dist], if: cancelled, keep: 2y }
      |                                                 ^
      Write days, hours, minutes and seconds, for example: 30s, 15m, 1h30m or 7d
      PIPELINE_BAD_DURATION — docs/errors.md#pipeline_bad_duration"
  `)
})

test('artifacts that are kept too long or too short', () => {
  expect(
    problemsOf(
      'image: node:24\njobs:\n  a: { run: a, artifacts: { paths: dist, keep: 366d } }\n  b: { run: b, artifacts: { paths: dist, keep: 59m } }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:48  "keep" must be a duration from 1h to 365d
      |   a: { run: a, artifacts: { paths: dist, keep: 366d } }
      |                                                ^
      Write days, hours, minutes and seconds, for example: 30s, 15m, 1h30m or 7d
      PIPELINE_BAD_DURATION — docs/errors.md#pipeline_bad_duration

    narwhal.yml:4:48  "keep" must be a duration from 1h to 365d
      |   b: { run: b, artifacts: { paths: dist, keep: 59m } }
      |                                                ^
      Write days, hours, minutes and seconds, for example: 30s, 15m, 1h30m or 7d
      PIPELINE_BAD_DURATION — docs/errors.md#pipeline_bad_duration"
  `)
})

test('caches without a path, or with one that leads out', () => {
  expect(
    problemsOf(
      'image: node:24\nrun: npm test\ncache:\n  - ~/../etc\n  - { key: npm }\n  - { path: [], scope: everybody, key: { file: a } }\n  - 7\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:5  a cache must be a path without \`..\`
      |   - ~/../etc
      |     ^
      Write for example: cache: [~/.npm]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:5:5  a cache has no "path"
      |   - { key: npm }
      |     ^
      Write for example: { path: [~/.npm], key: npm }
      PIPELINE_KEY_MISSING — docs/errors.md#pipeline_key_missing

    narwhal.yml:6:13  "path" is empty
      |   - { path: [], scope: everybody, key: { file: a } }
      |             ^
      Write for example: path: [~/.npm]
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty

    narwhal.yml:6:24  "scope" must be branch or repository, but this is "everybody"
      |   - { path: [], scope: everybody, key: { file: a } }
      |                        ^
      Write for example: scope: repository
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:6:42  unknown key "file" in \`key\`
      |   - { path: [], scope: everybody, key: { file: a } }
      |                                          ^
      Did you mean "files"? \`key\` takes: files.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:7:5  a cache must be text or a map, but this is the number 7
      |   - 7
      |     ^
      Put it in quotes to make it text: "7"
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('reports of kinds that there are not', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\nreports: { junt: a.xml, coverage: { lcov: b }, annotations: /tmp/c }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:12  unknown key "junt" in \`reports\`
      | reports: { junt: a.xml, coverage: { lcov: b }, annotations: /tmp/c }
      |            ^
      Did you mean "junit"? \`reports\` takes: junit, coverage, annotations.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:3:35  "coverage" must be text or a list, but this is a map
      | reports: { junt: a.xml, coverage: { lcov: b }, annotations: /tmp/c }
      |                                   ^
      Write for example: coverage: coverage/lcov.info
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:3:61  "annotations" must be a path below the workspace: no \`/\` in front, no \`..\`
      | reports: { junt: a.xml, coverage: { lcov: b }, annotations: /tmp/c }
      |                                                             ^
      Write for example: annotations: lint.sarif
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})

test('inputs of a job that are not below the workspace', () => {
  expect(problemsOf('image: node:24\nrun: npm test\npaths: [../shared/**]\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:9  an entry of "paths" must be a path below the workspace: no \`/\` in front, no \`..\`
      | paths: [../shared/**]
      |         ^
      Write for example: paths: [web/**]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})

test('a NUL character in paths', () => {
  expect(problemsOf('image: node:24\nrun: npm test\ndir: "a\\0b"\nartifacts: ["a\\x00"]\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:6  "dir" has a NUL character
      | dir: "a\\0b"
      |      ^
      Remove the escape \\0, \\x00 or \\u0000.
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:4:13  an entry of "artifacts" has a NUL character
      | artifacts: ["a\\x00"]
      |             ^
      Remove the escape \\0, \\x00 or \\u0000.
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})

test('globs that are none', () => {
  expect(
    problemsOf(
      'on: { push: { branches: ["release/[0-9"] } }\nimage: node:24\nrun: npm test\nartifacts: ["dist/{a,b", "!src/["]\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:1:26  an entry of "branches" is no glob: a [ is opened and not closed
      | on: { push: { branches: ["release/[0-9"] } }
      |                          ^
      * and ? stop at a slash, ** does not; [ab] is one character, {a,b} is either.
      PIPELINE_BAD_GLOB — docs/errors.md#pipeline_bad_glob

    narwhal.yml:4:13  an entry of "artifacts" is no glob: a { is opened and not closed
      | artifacts: ["dist/{a,b", "!src/["]
      |             ^
      * and ? stop at a slash, ** does not; [ab] is one character, {a,b} is either.
      PIPELINE_BAD_GLOB — docs/errors.md#pipeline_bad_glob

    narwhal.yml:4:26  an entry of "artifacts" is no glob: a [ is opened and not closed
      | artifacts: ["dist/{a,b", "!src/["]
      |                          ^
      * and ? stop at a slash, ** does not; [ab] is one character, {a,b} is either.
      PIPELINE_BAD_GLOB — docs/errors.md#pipeline_bad_glob"
  `)
})

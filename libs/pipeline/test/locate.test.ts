import { expect, test } from 'vitest'
import { parsePipeline } from '../index.ts'
import { createProblemList } from '../problem-list.ts'

const text = `image: node:24
matrix: { node: [22, 24] }
jobs:
  lint: npm run lint
  test:
    needs: [lint, "*"]
    steps:
      - npm ci
      - run: npm test
  web:
    needs: lint
    run: npm run web
    image: node:26
`

/** The position that a problem gets which is found at a path. */
function placeOf(path: readonly (string | number)[], source = text): string {
  const parsed = parsePipeline(source)
  const problems = createProblemList(source, 'narwhal.yml')
  if ('locate' in parsed) problems.add('PIPELINE_EMPTY', parsed.locate(path), { message: 'a', hint: 'b' })
  const [found] = problems.inFileOrder()
  return found === undefined ? 'nowhere' : `${found.line}:${found.column}`
}

test.each([
  ['the beginning', [], '1:1'],
  ['a text', ['image'], '1:8'],
  ['a key whose value is a map', ['jobs', 'test'], '5:3'],
  ['a job that is a text', ['jobs', 'lint'], '4:9'],
  ['an entry of a list', ['jobs', 'test', 'needs', 1], '6:19'],
  ['an entry that is a short form', ['jobs', 'web', 'needs', 0], '11:12'],
  ['the key of the job itself, where the root has it too', ['jobs', 'web', 'image'], '13:12'],
  ['a key of a step', ['jobs', 'test', 'steps', 1, 'run'], '9:14'],
  ['the nearest thing around what is not there', ['jobs', 'test', 'steps', 7, 'if'], '7:5'],
  ['the job, of a key that nobody has', ['jobs', 'test', 'if'], '5:3'],
  ['the root, of a key that the job has from there', ['jobs', 'test', 'matrix'], '2:1'],
  ['what is inside of such a default', ['jobs', 'lint', 'matrix', 'node', 1], '2:22'],
  ['the jobs, of a job that is not there', ['jobs', 'build'], '3:1'],
])('a problem stands at %s', (_title, path, place) => {
  expect(placeOf(path)).toBe(place)
})

test('a file without jobs is its own one job, also behind a byte order mark', () => {
  const single = '\uFEFFimage: a\nsteps: [b, c]\n'

  expect(placeOf(['jobs', 'build', 'steps', 1], single)).toBe('2:12')
  expect(placeOf(['jobs', 'build', 'image'], single)).toBe('1:8')
})

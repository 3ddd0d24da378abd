import { unexplainedDependencies } from './dependency-page.ts'
import { machineTraces } from './machine-traces.ts'
import { mockedModules, oddTitles, realDelays, skippedTests } from './test-habits.ts'
import { plant, type Rule, source } from './rule.ts'

/** What stands in tests and in texts. */
export const testRules: readonly Rule[] = [
  {
    title: 'every test runs',
    check: skippedTests,
    plants: [
      plant('skip', 'test/a.test.ts', `test.skip('a story', () => {})`),
      plant('only', 'test/a.test.ts', `describe.only('stories', () => {})`),
      plant('todo', 'test/a.test.ts', `test.todo('a story')`),
      plant('skip on a condition', 'test/a.test.ts', `test.skipIf(noDocker)('a story', () => {})`),
      plant('another name for skip', 'test/a.test.ts', `const a = docker ? test : test.skip`),
      plant('the name of the past', 'test/a.test.ts', `xit('a story', () => {})`),
    ],
    innocent: [source('test/a.test.ts', `test('a story', () => {})\ntest.each([1])('%s a', () => {})\nlist.skip(1)`)],
  },
  {
    title: 'no test replaces our modules',
    check: mockedModules,
    plants: [plant('a mock', 'test/a.test.ts', `vi.mock('@narwhal/git')`)],
    innocent: [source('test/a.test.ts', `await vi.waitFor(() => {})`)],
  },
  {
    title: 'no test waits for real time',
    check: realDelays,
    plants: [
      plant('a delay', 'test/a.test.ts', 'await new Promise((next) => setTimeout(next, 50))'),
      plant('a nap', 'test/a.test.ts', `import { setTimeout as nap } from 'node:timers/promises'\nawait nap(50)`),
    ],
    innocent: [
      source('test/a.test.ts', `await clock.sleep(50)\nawait runners.nap(50)`),
      source('test/setup/a.ts', 'setTimeout(next, 50)'),
    ],
  },
  {
    title: 'titles of tests are sentences',
    check: oddTitles,
    plants: [
      plant('should', 'test/a.test.ts', `test('it should work', () => {})`),
      plant('one word', 'test/a.test.ts', `test('nextJob', () => {})`),
    ],
    innocent: [source('test/a.test.ts', `test('a job ends once', () => {})`)],
  },
  {
    title: 'nothing speaks of one machine',
    check: machineTraces,
    plants: [
      plant('a folder', 'docs/a.md', `see ${['', 'home', 'ada'].join('/')}`),
      plant('a way of working', 'docs/a.md', ['done in the last part of this', 'session'].join(' ')),
    ],
    innocent: [source('docs/a.md', 'src/home/ada, https://example.org/home/ada, an SSH session')],
  },
  {
    title: 'docs/dependencies.md says why we have each dependency',
    check: unexplainedDependencies,
    plants: [
      plant('a line too many', 'docs/dependencies.md', '- `left-pad`: because it is there'),
      plant('a dependency too many', 'docs/dependencies.md', '', [
        source('package.json', '{ "devDependencies": { "left-pad": "1" } }'),
      ]),
      plant('a line without a reason', 'docs/dependencies.md', '- `left-pad`', [
        source('package.json', '{ "devDependencies": { "left-pad": "1" } }'),
      ]),
    ],
    innocent: [
      source('docs/dependencies.md', '- `left-pad`: pads to the left'),
      source('package.json', '{ "dependencies": { "left-pad": "1" } }'),
    ],
  },
]

import type { ReportsDefinition } from '@narwhal/pipeline'
import { Reports } from '@narwhal/protocol'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import type { FileReport } from '../produce/reports/file-report.ts'
import { parseAnnotations } from '../produce/reports/parse-annotations.ts'
import { parseCoverage } from '../produce/reports/parse-coverage.ts'
import { parseJunit } from '../produce/reports/parse-junit.ts'
import { readReports } from '../produce/reports/read-reports.ts'
import { startTestJob, type TestJob, writeTree } from './produce-fixture.ts'
import * as samples from './report-samples.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

test.each([
  ['jest-junit', samples.jestJunit, { passed: 1, failed: 1, skipped: 1, durationMs: 6 }],
  ['pytest', samples.pytest, { passed: 1, failed: 2, skipped: 1, durationMs: 2 }],
  ['surefire', samples.surefire, { passed: 2, failed: 1, skipped: 0, durationMs: 1_234_603 }],
  ['go-junit-report', samples.goJunit, { passed: 1, failed: 1, skipped: 0, durationMs: 0 }],
  ['googletest', samples.gtest, { passed: 1, failed: 0, skipped: 1, durationMs: 1 }],
  [
    'a namespace',
    '<j:testsuite xmlns:j="urn:j"><j:testcase name="a"/></j:testsuite>',
    { passed: 1, failed: 0, skipped: 0 },
  ],
  [
    'suites in suites',
    '<testsuites><testsuite name="a"><testsuite name="b"><testcase name="x"/></testsuite></testsuite></testsuites>',
    { passed: 1, failed: 0, skipped: 0 },
  ],
  ['no tests', '<testsuites/>', { passed: 0, failed: 0, skipped: 0 }],
  [
    'terminal codes',
    '<testsuite><testcase name="a"><failure message="&#x1b;[31mred">\x1b[31mred</failure></testcase></testsuite>',
    { passed: 0, failed: 1, skipped: 0 },
  ],
])('tests of %s are counted', (_, text, counts) => {
  const report = parseJunit(bytesOf(text))

  const { failures: _failures, ...counted } = testsOf(report)
  expect(counted).toEqual(counts)
})

test.each([
  [
    samples.jestJunit,
    {
      name: 'sum subtracts',
      suite: 'sum',
      message: expect.stringMatching(/^Error: expect[^]*Received: <2> & more\n.*sum\.test\.js:8:15\)$/),
    },
  ],
  [
    samples.pytest,
    { name: 'test_fails[1-2]', suite: 'tests.test_sum', message: expect.stringMatching(/^assert 1 == 2\ndef test/) },
  ],
  [
    samples.surefire,
    { name: 'divides', suite: 'com.example.SumTest', message: expect.stringMatching(/^\/ by zero\njava\.lang/) },
  ],
  [
    samples.goJunit,
    { name: 'TestFails/one', suite: 'example.org/sum', message: 'Failed\nsum_test.go:12: got 3, want 4' },
  ],
])('a test that failed is told with its message (%#)', (text, failure) => {
  expect(testsOf(parseJunit(bytesOf(text))).failures[0]).toEqual(failure)
})

test.each([
  ['lcov', samples.lcov, { coveredLines: 3, lines: 5 }],
  ['cobertura with totals', samples.coberturaWithTotals, { coveredLines: 30, lines: 40 }],
  ['cobertura without totals', samples.coberturaWithoutTotals, { coveredLines: 1, lines: 2 }],
  ['clover', samples.clover, { coveredLines: 7, lines: 10 }],
  ['jacoco', samples.jacoco, { coveredLines: 9, lines: 12 }],
])('lines of %s are counted', (_, text, coverage) => {
  expect(parseCoverage(bytesOf(text))).toEqual({ coverage })
})

test.each([
  [
    'SARIF',
    samples.eslintSarif,
    [
      {
        path: '/workspace/src/a b.js',
        line: 3,
        level: 'error',
        message: "'x' is assigned a value but never used. (no-unused-vars)",
      },
      { path: 'src/b.js', level: 'note', message: 'A matter of style (style)' },
      { path: '', level: 'warning', message: 'nowhere' },
    ],
  ],
  [
    'checkstyle',
    samples.checkstyle,
    [
      { path: '/workspace/src/a.js', line: 3, level: 'error', message: "'x' is never used. (no-unused-vars)" },
      { path: '/workspace/src/a.js', line: 9, level: 'note', message: 'a remark' },
      { path: 'src/b.js', level: 'warning', message: 'in the file' },
    ],
  ],
])('remarks of %s are read', (_, text, annotations) => {
  expect(parseAnnotations(bytesOf(text))).toEqual({ annotations })
})

test.each([
  [
    'an encoding',
    Buffer.from(
      '<?xml version="1.0" encoding="ISO-8859-1"?><testsuite><testcase name="ü"><error/></testcase></testsuite>',
      'latin1',
    ),
  ],
  ['UTF-16', Buffer.from('\uFEFF<testsuite><testcase name="ü"><error/></testcase></testsuite>', 'utf16le')],
  ['a byte order mark', Buffer.from('\uFEFF<testsuite><testcase name="ü"><error/></testcase></testsuite>')],
])('%s is understood', (_, bytes) => {
  expect(testsOf(parseJunit(bytes)).failures[0]?.name).toBe('ü')
})

test.each([
  ['junit', 'not xml', /text data outside of root node/],
  ['junit', '', /document must contain a root element/],
  ['junit', '<testsuite><testcase></testsuite>', /unclosed tag|unexpected|mismatch/i],
  ['junit', '<html><body/></html>', /is no JUnit report: it begins with <html>/],
  ['junit', '<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>', /its DOCTYPE declares something/],
  ['junit', '<testsuite name="&lol;"/>', /undefined entity/],
  ['junit', '<?xml version="1.0" encoding="klingon"?><testsuite/>', /its encoding klingon is not known/],
  ['coverage', 'mode: set', /is no lcov file, nor XML/],
  ['coverage', '<testsuite/>', /is no coverage report: it begins with <testsuite>/],
  ['coverage', '<coverage lines-covered="9" lines-valid="1"/>', /more covered lines than lines/],
  ['annotations', '{"runs": 1}', /is no SARIF log/],
  ['annotations', '{', /is neither JSON \(SARIF\) nor XML/],
  ['annotations', '<pmd/>', /is no checkstyle report/],
] as const)('a file of %s that makes no sense is told: %s', async (kind, text, message) => {
  await using job = await startTestJob()
  await writeTree(job.spec.workspacePath, { 'r/file': text })

  const reports = await read(job, { [kind]: ['r/*'] })

  expect(reports?.problems).toEqual([expect.stringMatching(message)])
  expect(reports?.problems?.[0]).toMatch(/^r\/file: /)
})

test('files of a job are summed up, masked and as the protocol has them', async () => {
  await using job = await startTestJob({ secrets: ['assert 1 == 2'] })
  await writeTree(job.spec.workspacePath, {
    'reports/a.xml': samples.jestJunit,
    'reports/b.xml': samples.pytest,
    'coverage/lcov.info': samples.lcov,
    'lint.sarif': samples.eslintSarif,
    'lint.xml': samples.checkstyle,
    'reports/skip.xml': 'broken',
  })

  const reports = await read(job, {
    junit: ['reports/*.xml', '!**/skip.xml'],
    coverage: ['**/lcov.info'],
    annotations: ['lint.*'],
  })

  expect(reports).toMatchObject({
    tests: { passed: 2, failed: 3, skipped: 2, durationMs: 8 },
    coverage: { coveredLines: 3, lines: 5 },
    annotations: [{ path: 'src/a b.js', line: 3 }, {}, {}, { path: 'src/a.js', line: 3 }, {}, {}],
  })
  expect(reports?.problems).toBeUndefined()
  expect(reports?.tests?.failures[1]?.message).toMatch(/^\*\*\*\n/)
  expect(Compile(Reports).Check(reports)).toBe(true)
})

test('of many and long failures the first are told, cut', async () => {
  await using job = await startTestJob()
  const failure = `<failure message="${'ü'.repeat(5_000)}"/>`
  const cases = Array.from({ length: 80 }, (_, at) => `<testcase name="case ${at}">${failure}</testcase>`)
  await writeTree(job.spec.workspacePath, { 'a.xml': `<testsuite>${cases.join('')}</testsuite>` })

  const reports = await read(job, { junit: ['a.xml'] })

  expect(reports?.tests).toMatchObject({ failed: 80 })
  expect(reports?.tests?.failures).toHaveLength(50)
  expect(reports?.tests?.failures[0]?.message).toHaveLength(1_000)
  expect(Compile(Reports).Check(reports)).toBe(true)
})

test('a secret at the cut is not shown by half', async () => {
  await using job = await startTestJob({ secrets: ['correct horse'] })
  const text = `<testsuite><testcase name="${'x'.repeat(992)}correct horse"><error/></testcase></testsuite>`
  await writeTree(job.spec.workspacePath, { 'a.xml': text })

  const reports = await read(job, { junit: ['a.xml'] })

  expect(reports?.tests?.failures[0]?.name).toBe(`${'x'.repeat(992)}***`)
})

test('texts of reports bring no terminal codes and nothing that turns text around', async () => {
  await using job = await startTestJob()
  const name = 'a\u202eb&#x1b;[31mred\u0007'
  await writeTree(job.spec.workspacePath, {
    'a.xml': `<testsuite><testcase name="${name}"><error/></testcase></testsuite>`,
  })

  const reports = await read(job, { junit: ['a.xml'] })

  expect(reports?.tests?.failures[0]?.name).not.toMatch(/[\x00-\x1f\u202e]/)
})

test('reports that nothing matches are told, and reports that nobody asked for are not', async () => {
  await using job = await startTestJob()

  expect(await read(job, { junit: ['reports/*.xml'] })).toEqual({ problems: ['junit: nothing matches reports/*.xml'] })
  expect(await read(job, {})).toBeUndefined()
})

test('a file that is too large is not read, and of too many the first are', async () => {
  await using job = await startTestJob()
  const many = Array.from({ length: 101 }, (_, at) => [`r/${String(at).padStart(3, '0')}.xml`, '<testsuite/>'])
  await writeTree(job.spec.workspacePath, { ...Object.fromEntries(many), 'large.info': 'x'.repeat(10 * 1024 ** 2 + 1) })

  const reports = await read(job, { junit: ['r/*'], coverage: ['large.info'] })

  expect(reports?.problems).toEqual([
    'large.info: it has 10 MiB; 10 MiB is the most',
    'junit: only the first 100 files were read',
  ])
})

test('a file of endless elements costs the runner nothing but the file', async () => {
  await using job = await startTestJob()
  const text = `<checkstyle>${'<a b="c">'.repeat(1_100_000)}`
  await writeTree(job.spec.workspacePath, { 'a.xml': text, 'b.xml': samples.checkstyle })

  const reports = await read(job, { annotations: ['*.xml'] })

  expect(reports?.problems).toEqual(['a.xml: it takes more than 5 s or 64 MB to read'])
  expect(reports?.annotations).toHaveLength(3)
})

test('after three files that take too long the others are not tried', async () => {
  await using job = await startTestJob()
  const files = Array.from({ length: 5 }, (_, at) => [`${at}.xml`, samples.checkstyle])
  await writeTree(job.spec.workspacePath, Object.fromEntries(files))
  const clock = { ...job.work.clock, sleep: async () => undefined }

  const reports = await readReports({ ...none, annotations: ['*.xml'] }, job.container, { ...job.work, clock })

  const tooLong = (at: number) => `${at}.xml: it takes more than 5 s or 64 MB to read`
  expect(reports).toEqual({
    problems: [tooLong(0), tooLong(1), tooLong(2), 'The report files behind these were not read.'],
  })
})

const none: ReportsDefinition = { junit: [], coverage: [], annotations: [] }

function testsOf(report: FileReport) {
  if ('tests' in report) return report.tests
  throw new TypeError('these are no tests')
}

function read(job: TestJob, definition: Partial<ReportsDefinition>) {
  return readReports({ ...none, ...definition }, job.container, job.work)
}

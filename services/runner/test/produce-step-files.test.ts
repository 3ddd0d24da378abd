import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseOutputs } from '../produce/parse-outputs.ts'
import { produce } from '../produce/produce.ts'
import { readStepFiles } from '../produce/read-step-files.ts'
import { openMasker } from '../steps/masker.ts'
import { stepOutputPath, stepSummaryPath } from '../steps/step-file-paths.ts'
import { plainJob, startTestJob } from './produce-fixture.ts'

let spool = ''
let index = 0
const masker = openMasker(['correct horse'])

beforeAll(async () => {
  spool = await mkdtemp(join(tmpdir(), 'narwhal-spool-'))
})
afterAll(() => rm(spool, { recursive: true, force: true }))

test.each([
  ['KEY=value', { KEY: 'value' }],
  ['KEY=value\n', { KEY: 'value' }],
  ['A=1\nB=2\nA=3\n', { A: '3', B: '2' }],
  ['EMPTY=\n', { EMPTY: '' }],
  ['A= b c \n', { A: ' b c ' }],
  ['A=b=c<<d\n', { A: 'b=c<<d' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['\n\nA=1\n\n', { A: '1' }],
  ['TEXT<<EOF\none\n\ntwo=2\nEOF\nB=2\n', { TEXT: 'one\n\ntwo=2', B: '2' }],
  ['TEXT<<EOF\nEOF\n', { TEXT: '' }],
  ['A=one\0two\n', { A: 'onetwo' }],
  ['_under=1\nlower9=2', { _under: '1', lower9: '2' }],
])('%j is understood', (text, outputs) => {
  const parsed = parseOutputs(text)

  expect(Object.fromEntries(parsed.outputs)).toEqual(outputs)
  expect(parsed.faults).toEqual([])
})

test.each([
  ['just words\nA=1\n', 1],
  ['A=1\n2B=1\n', 2],
  ['A B=1\nA=1\n', 1],
  ['=1\nA=1\n', 1],
  ['A=1\nTEXT<<EOF\none\n', 2],
  ['A=1\nTEXT<<\none\n', 2],
  ['__proto__=1\nA=1\n', 1],
  [`${'K'.repeat(101)}=1\nA=1\n`, 1],
  [`BIG=${'x'.repeat(16_385)}\nA=1\n`, 1],
])('a line of %j makes no sense, and the others count', (text, line) => {
  const { outputs, faults } = parseOutputs(text)

  expect(faults[0]?.line).toBe(line)
  expect(outputs.get('A')).toBe('1')
})

test('a secret is no name of an output', async () => {
  const at = await stepWith('c29tZS1wYXNzd29yZA=\nA=1\n', '')

  const read = await readStepFiles(spool, at, openMasker(['c29tZS1wYXNzd29yZA=']))

  expect(read).toEqual({ outputs: { A: '1' }, notes: [expect.stringContaining('a secret as a name')] })
})

test('outputs and summary of a step are masked', async () => {
  const at = await stepWith('TOKEN=correct horse\n', '# All is well\n\ncorrect horse\n')

  expect(await readStepFiles(spool, at, masker)).toEqual({
    outputs: { TOKEN: '***' },
    summary: '# All is well\n\n***\n',
    notes: [],
  })
})

test('a step that wrote nothing has neither', async () => {
  expect(await readStepFiles(spool, await stepWith('', ''), masker)).toEqual({ outputs: {}, notes: [] })
  expect(await readStepFiles(spool, 999, masker)).toEqual({ outputs: {}, notes: [] })
})

test.each([
  ['a link', (path: string) => symlink('/etc/passwd', path)],
  ['a directory', (path: string) => mkdir(path)],
  ['a pipe', async (path: string) => void execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', path])],
])('%s in the place of the files says nothing, and keeps nobody waiting', async (_, make) => {
  const at = ++index
  await make(stepOutputPath(spool, at))
  await make(stepSummaryPath(spool, at))

  expect(await readStepFiles(spool, at, masker)).toEqual({ outputs: {}, notes: [] })
})

test('of too many outputs the first count, and no half one', async () => {
  const line = (name: string) => `${name}=${'x'.repeat(16_000)}\n`
  const at = await stepWith(['A', 'B', 'C', 'D', 'E'].map(line).join(''), '')

  const { outputs, notes } = await readStepFiles(spool, at, masker)

  expect(Object.keys(outputs)).toEqual(['A', 'B', 'C', 'D'])
  expect(notes).toEqual([`step ${at + 1}: $NARWHAL_OUTPUT has more than 64 KiB; the rest was not read`])
})

test('a summary that is too long ends with a whole character, and shows no half of a secret', async () => {
  const whole = await stepWith('', `x${'ü'.repeat(40_000)}`)
  const secret = await stepWith('', `${'x'.repeat(65_536 - 7)}correct horse`)

  const { summary } = await readStepFiles(spool, whole, masker)
  expect(Buffer.byteLength(summary ?? '')).toBe(65_535)
  expect(summary?.endsWith('ü')).toBe(true)
  expect((await readStepFiles(spool, secret, masker)).summary?.endsWith('xxx***')).toBe(true)
})

test('what steps left is joined, within the limits of a job', async () => {
  await using job = await startTestJob({ secrets: ['correct horse'] })
  const outputs = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`K${at}`, 'x'.repeat(16_000)]))
  const summaries = ['# One', '# Two', 'x'.repeat(65_536)]
  const notes = ['a note with correct horse', '\x1b[31mred\x1b[0m\u202e', ...Array.from({ length: 30 }, () => 'more')]
  const { container, work } = job

  const { produced } = await produce(plainJob, { outcome: 'passed', container, outputs, summaries, notes, work })

  expect(Object.keys(produced.outputs)).toHaveLength(16)
  expect(produced.summary?.startsWith('# One\n\n# Two\n\nxxx')).toBe(true)
  expect(produced.summary).toHaveLength(65_536)
  expect(produced.notes?.slice(0, 2)).toEqual(['a note with ***', 'red'])
  expect(produced.notes).toHaveLength(20)
})

async function stepWith(output: string, summary: string): Promise<number> {
  const at = ++index
  await writeFile(stepOutputPath(spool, at), output)
  await writeFile(stepSummaryPath(spool, at), summary)
  return at
}

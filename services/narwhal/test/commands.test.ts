import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openTestNarwhal, runCommand } from './open-test-narwhal.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('builds are a table, and JSON for programs', async () => {
  const { run, build } = await openTestNarwhal(['echo hello'])
  await build('finished')

  const table = await run(['builds'])
  const json = await run(['builds', '--json', '--repository', 'ada/engine', '--limit', '1'])

  expect(table.output).toMatch(/^BUILD +OUTCOME .*\nada\/engine#1 +passed +main +[0-9a-f]{7} /)
  expect(JSON.parse(json.output)).toMatchObject([{ number: 1, state: 'finished', ending: { outcome: 'passed' } }])
})

test('the list says who was told of a build, or who refused to be', async () => {
  const { run, build, narwhal } = await openTestNarwhal(['echo hello'])
  const buildId = (await build('finished'))?.id ?? ''

  await vi.waitFor(async () => expect((await run(['builds'])).output).toMatch(/ TOLD +TITLE\n.* file\n/), 5_000)
  const report = { target: 'github-status', state: 'refused', code: 'STATUS_REFUSED', at: 1 } as const
  await narwhal.store.transaction(({ reports }) => reports.put({ buildId, sequence: 3, report }))

  expect((await run(['builds'])).output).toMatch(/ TOLD +TITLE\n.* not github-status: STATUS_REFUSED\n/)
})

test('where nothing was built yet, the answer says what to do', async () => {
  const { run } = await openTestNarwhal(undefined)

  expect((await run(['builds'])).output).toMatch(/^No builds yet\. Push .*--watch/)
  await expect(run(['log'])).rejects.toThrow(expect.objectContaining({ code: 'NO_BUILDS' }))
})

test('runners are a table, and JSON for programs', async () => {
  const { run, build } = await openTestNarwhal(['true'])
  await build('finished')

  expect((await run(['runners'])).output).toMatch(/^RUNNER +STATE .*\n.* online +\d+ of \d+ /)
  expect(JSON.parse((await run(['runners', '--json'])).output)).toMatchObject([{ state: 'online' }])
})

test('a log is found by every way to name a build', async () => {
  const { run, build } = await openTestNarwhal(['echo hello', 'echo again'])
  const { id, jobs = [] } = (await build('finished')) ?? {}
  const names = [
    [],
    ['1'],
    ['#1'],
    ['ada/engine#1'],
    ['local/ada/engine#1'],
    ['ada/engine'],
    [id ?? ''],
    [jobs[1]?.id ?? ''],
  ]

  const logs = await Promise.all(names.map((what) => run(['log', ...what])))

  expect(logs.map(({ output }) => output)).toEqual(names.map(() => 'hello\nagain\n'))
})

test('a log is written byte by byte into a pipe, and cleaned for a terminal', async () => {
  const { run, build } = await openTestNarwhal(['echo "a\x1b[2Jb\x07"'])
  await build('finished')

  const [piped, shown] = await Promise.all([run(['log']), run(['log'], { isLive: true })])

  expect(piped.output).toBe('a\x1b[2Jb\x07\n')
  expect(shown.output).toBe('ab\n')
})

test('a log is followed from the plan to the end of the job', async () => {
  const { run, build } = await openTestNarwhal(['echo begin', 'sleep 0.3', 'echo end'])
  await build('running')

  const { output, remarks } = await run(['log', '-f'])

  expect(output).toBe('begin\nend\n')
  expect(remarks).toBe('passed')
})

test('where there is no log, the ending says why', async () => {
  const { run, build } = await openTestNarwhal([])
  await build('finished')

  const { output, remarks } = await run(['log'])

  expect(output).toBe('')
  expect(remarks).toMatch(/^failed {2}PIPELINE_INVALID\n {2}narwhal\.yml:1:/)
})

test('a failed build runs again as a new one', async () => {
  const { run, build } = await openTestNarwhal(['false'])
  await build('finished')

  const { output } = await run(['resubmit', 'ada/engine#1'])

  expect(output).toBe('ada/engine#2 runs ada/engine#1 again: narwhal log -f ada/engine#2\n')
  expect(await build('finished')).toMatchObject({ number: 2, ending: { code: 'STEP_FAILED' } })
})

test('a running build is cancelled, with the reason', async () => {
  const { run, build } = await openTestNarwhal(['sleep 600'])
  await build('running')

  const { output } = await run(['cancel', '1', '--because', 'wrong branch'])

  expect(output).toMatch(/^ada\/engine#1 is /)
  expect(await build('finished')).toMatchObject({
    ending: { outcome: 'cancelled', message: 'Cancelled: wrong branch' },
  })
})

test('a build that does not exist is named in the answer', async () => {
  const { run, build } = await openTestNarwhal(['true'])
  await build('finished')

  await expect(run(['log', '7'])).rejects.toThrow(expect.objectContaining({ code: 'BUILD_NOT_FOUND' }))
  await expect(run(['resubmit', 'nobody/nothing#1'])).rejects.toThrow('there is no build nobody/nothing#1')
})

test('where nobody listens, the answer says how to start', async () => {
  const env = { NARWHAL_DISPATCHER_URL: 'http://127.0.0.1:1', NARWHAL_API_TOKEN: 'kQ3vX9-pL2mR7_tZ5wN8cB4hJ6yD1fGs' }

  await expect(runCommand(['builds'], env)).rejects.toThrow(expect.objectContaining({ code: 'NARWHAL_NOT_UP' }))
})

test('without a token the answer says where it is', async () => {
  const env = { NARWHAL_DATA: await temporaryFolder() }

  await expect(runCommand(['runners'], env)).rejects.toThrow(
    /NARWHAL_API_TOKEN is not set, and there is no .*api-token/,
  )
})

test('a good file is counted, a broken one told with all its problems', async () => {
  const folder = await temporaryFolder()
  const [good, bad] = [join(folder, 'good.yml'), join(folder, 'bad.yml')]
  await writeFile(good, 'image: busybox\nsteps:\n  - ls\n  - pwd\n')
  await writeFile(bad, 'imagee: busybox\nsteps:\n  - comand: ls\n')

  const [first, second] = await Promise.all([runCommand(['lint', good], {}), runCommand(['lint', bad], {})])

  expect(first).toMatchObject({ code: 0, output: `${good} is good: 1 job, 2 steps\n` })
  expect(second.code).toBe(1)
  expect(second.output).toContain(`${bad}:1:1  unknown key "imagee"`)
  expect(second.output).toContain(`${bad}:3:5  unknown key "comand"`)
  await expect(runCommand(['lint', join(folder, 'none.yml')], {})).rejects.toThrow(
    expect.objectContaining({ code: 'FILE_UNREADABLE' }),
  )
})

test.each([
  [['--help'], 0],
  [['up', '--demo', '--help'], 0],
  [['log', '--help'], 0],
  [[], 2],
  [['bilds'], 2],
  [['builds', '--limit', '0'], 2],
  [['resubmit'], 2],
  [['up', '--watch'], 2],
])('the command line %j ends with code %i', async (argv, code) => {
  expect(await runCommand(argv, {})).toMatchObject({ code })
})

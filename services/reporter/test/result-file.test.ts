import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Report } from '../report.ts'
import { writeResultFile } from '../write-result-file.ts'
import { attempt, build, eventsOf, id, job, sha, start, step } from './build-event.ts'
import { openDirectory } from './open-test-reporter.ts'

const folder = '127.0.0.1/octo/hello'

function report(given: Parameters<typeof eventsOf>[0] = {}, ending?: Parameters<typeof eventsOf>[1]): Report {
  return { position: 1, target: 'file', lane: '', sequence: 3, tries: 0, build: eventsOf(given, ending).finished.build }
}

const failed = { outcome: 'failed', code: 'STEP_FAILED', message: 'step "test" failed' } as const

/** A plan that passed, and a job whose first attempt was lost and whose third failed in its second step. */
function failedBuild(): Report {
  const steps = [
    step({ name: 'install', startedAt: start + 2_000, finishedAt: start + 5_000 }),
    step({ index: 1, exitCode: 3, ending: failed, startedAt: start + 5_000, finishedAt: start + 4_000 }),
    { index: 2, name: 'publish', state: 'pending' } as const,
  ]
  const lost = attempt({ number: 1, state: 'lost', steps: [step({ name: 'lost' })] })
  const attempts = [
    attempt({ number: 3, ending: failed, steps }),
    lost,
    attempt({ number: 2, state: 'refused', steps: [] }),
  ]
  const jobs = [job({ kind: 'plan', name: 'plan' }), job({ ending: failed, attempts })]
  return report({ number: 12, jobs, resubmitOf: '0190a8a4-0000-7000-8000-000000000001' }, failed)
}

function expectedOf(told: Report) {
  return {
    version: 1,
    repository: { host: '127.0.0.1', owner: 'octo', name: 'hello' },
    ref: 'refs/heads/main',
    sha: sha(),
    trigger: 'push',
    build: { id: told.build.id, number: 12, resubmitOf: '0190a8a4-0000-7000-8000-000000000001' },
    ...failed,
    createdAt: start,
    startedAt: start + 1_000,
    finishedAt: start + 13_000,
    durationMs: 12_000,
    counts: { jobs: 1, passed: 0, failed: 1, errored: 0, cancelled: 0, skipped: 0 },
    jobs: [
      {
        name: 'build',
        ...failed,
        attempts: 2,
        startedAt: start + 1_000,
        finishedAt: start + 12_000,
        durationMs: 11_000,
        log: { bytes: 6, sha256: 'b'.repeat(64) },
        steps: [
          {
            name: 'install',
            outcome: 'passed',
            exitCode: 0,
            startedAt: start + 2_000,
            finishedAt: start + 5_000,
            durationMs: 3_000,
          },
          {
            name: 'test',
            outcome: 'failed',
            exitCode: 3,
            startedAt: start + 5_000,
            finishedAt: start + 4_000,
            durationMs: 0,
          },
          { name: 'publish' },
        ],
      },
    ],
  }
}

test('a result file says how the build, its jobs and their steps ended', async () => {
  await using directory = await openDirectory()
  const told = failedBuild()

  const answer = await writeResultFile(told, join(directory.path, 'results'))

  expect(answer).toEqual({ type: 'delivered', told: `${sha()}/12.json` })
  const text = await directory.read(`${folder}/${sha()}/12.json`)
  expect(text).toBe(`${JSON.stringify(expectedOf(told), null, 2)}\n`)
})

test('a plan that did not pass is shown as a job', async () => {
  await using directory = await openDirectory()
  const ending = { outcome: 'skipped', code: 'PIPELINE_MISSING', message: 'no narwhal.yml' } as const
  const plan = job({ kind: 'plan', name: 'plan', ending, attempts: [attempt({ steps: [] })] })

  await writeResultFile(report({ jobs: [plan] }, ending), join(directory.path, 'results'))

  const result = JSON.parse(await directory.read(`${folder}/${sha()}/1.json`))
  expect(result).toMatchObject({ outcome: 'skipped', counts: { jobs: 1, skipped: 1 }, jobs: [{ name: 'plan' }] })
})

test('nothing but whole files lies in the directory, and half of one left by a crash does not matter', async () => {
  await using directory = await openDirectory()
  const results = join(directory.path, 'results')
  await mkdir(join(results, folder), { recursive: true })
  await writeFile(join(results, folder, 'result.json.new'), '{"version": 1, "repo')
  await writeFile(join(results, folder, 'index.json'), '{"version": 1, "bui')

  await writeResultFile(report(), results)
  await writeResultFile(report(), results)

  expect((await readdir(results, { recursive: true })).filter((name) => name.includes('.json')).toSorted()).toEqual([
    `${folder}/${sha()}/1.json`,
    `${folder}/index.json`,
  ])
  expect(JSON.parse(await directory.read(`${folder}/index.json`)).builds).toHaveLength(1)
})

test('the index has the newest thousand builds, newest first', async () => {
  await using directory = await openDirectory()
  const results = join(directory.path, 'results')
  const lines = Array.from({ length: 1_000 }, (_, index) => {
    const number = index + 1
    return { id: id(), number, ref: 'refs/heads/main', sha: sha(), outcome: 'passed', createdAt: start, file: 'x' }
  })
  await mkdir(join(results, folder), { recursive: true })
  await writeFile(join(results, folder, 'index.json'), JSON.stringify({ version: 1, builds: lines }))

  const told = report({ number: 1_001 }, { outcome: 'errored', code: 'COMMIT_NOT_FOUND', message: 'gone' })
  await writeResultFile(told, results)
  await writeResultFile(report({ number: 500 }), results)

  const { builds } = JSON.parse(await directory.read(`${folder}/index.json`))
  expect(builds).toHaveLength(1_000)
  expect(builds[0]).toEqual({
    id: told.build.id,
    number: 1_001,
    ref: 'refs/heads/main',
    sha: sha(),
    outcome: 'errored',
    code: 'COMMIT_NOT_FOUND',
    createdAt: start,
    finishedAt: start + 13_000,
    durationMs: 12_000,
    file: `${sha()}/1001.json`,
  })
  expect(builds.at(-1).number).toBe(2)
  expect(builds.find(({ number }: { number: number }) => number === 500).file).toBe(`${sha()}/500.json`)
})

test.each([
  ['a host', { repository: { host: '..', owner: 'octo', name: 'hello' } }],
  ['an owner', { repository: { host: '127.0.0.1', owner: '../..', name: 'hello' } }],
  ['a name', { repository: { host: '127.0.0.1', owner: 'octo', name: 'a/b' } }],
  ['an empty name', { repository: { host: '127.0.0.1', owner: 'octo', name: '' } }],
  ['a name with a zero byte', { repository: { host: '127.0.0.1', owner: 'octo', name: 'a\0b' } }],
  ['a sha', { sha: `../${'a'.repeat(37)}` }],
])('%s that leads out of the directory is refused', async (_, part) => {
  await using directory = await openDirectory()
  const told = report({ commit: { ...build().commit, ...part } })

  const answer = await writeResultFile(told, join(directory.path, 'results'))

  expect(answer).toMatchObject({ type: 'refused', cause: { code: 'RESULT_REFUSED' } })
  expect(await readdir(directory.path)).toEqual([])
})

test('a directory that cannot be written is tried again later', async () => {
  await using directory = await openDirectory()
  const blocked = join(directory.path, 'results')
  await writeFile(blocked, 'a file where a directory belongs')

  const answer = await writeResultFile(report(), blocked)

  expect(answer).toMatchObject({ type: 'failed', cause: { code: 'RESULT_NOT_WRITTEN' } })
})

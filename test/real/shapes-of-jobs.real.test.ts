import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import { providePostgresImage, provideRedisImage } from '../setup/stand-ins/images.ts'
import { testImage } from './many-pushes.ts'
import { exitCodesOf, jobOf, pushed, runnersOf, watchedBuild } from './pushed-build.ts'
import { type Cluster, startCluster } from './start-cluster.ts'
import { nothing, whatIsLeft } from './what-is-left.ts'

const opened = new AsyncDisposableStack()
let cluster: Cluster

beforeAll(async () => {
  const { url } = opened.use(await provideRabbitmq())
  opened.use(await providePostgresImage('17'))
  opened.use(await provideRedisImage('8'))
  cluster = opened.use(await startCluster({ amqpUrl: url, runners: 3, slots: 2 }))
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

test('a matrix of six runs side by side on three runners, each cell with its own values', async () => {
  const build = await pushed(
    cluster,
    'matrix',
    `image: ${testImage}
jobs:
  test:
    matrix: { tea: [oolong, sencha, assam], cup: ["1.10", 2] }
    env: { TEA: "\${{ matrix.tea }}", CUP: "\${{ matrix.cup }}" }
    run: sleep 1; echo "$TEA in cup $CUP"
`,
  )

  const ended = await build.ends('passed')

  const cells = ended.view.jobs.filter(({ kind }) => kind === 'steps')
  const logs = await Promise.all(cells.map(async ({ name }) => [name, await ended.log(name)]))
  const expected = ['oolong', 'sencha', 'assam'].flatMap((tea) =>
    ['1.10', '2'].map((cup) => [`test (${tea}, ${cup})`, `${tea} in cup ${cup}\n`]),
  )
  expect(Object.fromEntries(logs)).toEqual(Object.fromEntries(expected))
  const twoEach = ['runner-1', 'runner-2', 'runner-3'].flatMap((runner) => [runner, runner])
  expect(cells.flatMap(runnersOf).toSorted()).toEqual(twoEach)
  const lastStart = Math.max(...cells.map(({ startedAt }) => startedAt ?? Number.NaN))
  const firstEnd = Math.min(...cells.map(({ finishedAt }) => finishedAt ?? Number.NaN))
  expect(lastStart).toBeLessThan(firstEnd)
})

test('the first step finds databases that answer over TCP, without a command that says when they are ready', async () => {
  const build = await pushed(
    cluster,
    'database',
    `image: postgres:17
services:
  db: { image: postgres:17, env: { POSTGRES_PASSWORD: earl-grey } }
  counter: redis:8
env: { PGPASSWORD: earl-grey }
steps:
  - psql -h db -U postgres -Atc "create table cups (tea text); insert into cups values ('oolong'), ('sencha')"
  - psql -h db -U postgres -Atc "select tea from cups order by tea"
  - printf 'INCR cups\\r\\nINCR cups\\r\\nQUIT\\r\\n' | nc counter 6379
`,
  )

  const ended = await build.ends('passed')

  expect(await ended.log('build')).toContain('oolong\nsencha\n:1\r\n:2\r\n+OK\r\n')
  expect(exitCodesOf(ended.job('build'))).toEqual([[0, 0, 0]])
})

const threeJobs = `image: ${testImage}
jobs:
  lint: echo linted
  door: { secrets: [PASSWORD], run: test "$PASSWORD" = mellon-and-enter }
  inside: { needs: [door, lint], run: echo inside }
`

test('a job that failed is resubmitted alone: what passed is taken over, what waited for it runs now', async () => {
  await cluster.rest.setSecret('127.0.0.1/ada/door', { name: 'PASSWORD', value: 'open-sesame' })
  const first = await (await pushed(cluster, 'door', threeJobs)).ends('failed')
  const outcomes = first.view.jobs.map(({ name, ending }) => [name, ending?.outcome])
  expect(Object.fromEntries(outcomes)).toEqual({ plan: 'passed', lint: 'passed', door: 'failed', inside: 'skipped' })

  await cluster.rest.setSecret('127.0.0.1/ada/door', { name: 'PASSWORD', value: 'mellon-and-enter' })
  const again = await cluster.rest.resubmit(first.job('door').id)
  const second = await watchedBuild(cluster, again).ends('passed')

  expect(second.view).toMatchObject({ number: 2, resubmitOf: first.view.id, commit: first.view.commit })
  const attempts = second.view.jobs.map((job) => [job.name, job.attempts.length])
  expect(Object.fromEntries(attempts)).toEqual({ plan: 0, lint: 0, door: 1, inside: 1 })
  expect(second.job('lint').takenFrom).toBe(first.job('lint').id)
  expect(await second.log('inside')).toBe('inside\n')
  expect(jobOf(await cluster.rest.view(first.view.id), 'door').ending?.outcome).toBe('failed')
})

test('what fails is tried again for the exit codes that the file names, and for no others', async () => {
  const build = await pushed(
    cluster,
    'retry',
    `image: ${testImage}
jobs:
  step:
    steps:
      - echo once
      - run: echo x >> tries; test $(wc -l < tries) = 3 || exit 75
        retry: { max: 4, on: [75] }
      - cat tries
  job:
    retry: { max: 4, on: [75] }
    run: test ! -e tried && echo x > tried && test $NARWHAL_ATTEMPT = 3 || exit 75
  other: { retry: { max: 4, on: [75] }, run: exit 7 }
`,
  )

  const ended = await build.ends('failed')

  expect(exitCodesOf(ended.job('step'))).toEqual([[0, 0, 0]])
  expect((await ended.log('step')).endsWith('x\nx\nx\n')).toBe(true)
  expect(exitCodesOf(ended.job('job'))).toEqual([[75], [75], [0]])
  expect(ended.job('job').ending?.outcome).toBe('passed')
  expect(exitCodesOf(ended.job('other'))).toEqual([[7]])
  expect(ended.job('other').ending?.outcome).toBe('failed')
})

test('nothing of all this is left over once the runners have ended', async () => {
  const exits = await Promise.all(cluster.runners.map((runner) => runner.end()))

  expect(exits).toEqual([0, 0, 0])
  expect(await whatIsLeft(cluster)).toEqual(nothing)
})

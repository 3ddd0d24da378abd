import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import { elapsed } from './elapsed.ts'
import { testImage } from './many-pushes.ts'
import { type EndedBuild, exitCodesOf, jobOf, pushed, runnersOf } from './pushed-build.ts'
import { type Cluster, startCluster } from './start-cluster.ts'
import { nothing, whatIsLeft } from './what-is-left.ts'

const opened = new AsyncDisposableStack()
let cluster: Cluster

beforeAll(async () => {
  const { url } = opened.use(await provideRabbitmq())
  cluster = opened.use(await startCluster({ amqpUrl: url, runners: 2, slots: 2 }))
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

const inOneGroup = (run: string) => `image: ${testImage}
concurrency: { group: "\${{ branch }}", cancel: superseded }
jobs:
  long: ${run}
  behind: { needs: [long], run: echo behind }
`

test('a build that a newer one supersedes is cancelled within 15 s, and its container is gone', async () => {
  const older = await pushed(cluster, 'superseded', inOneGroup('sleep 600'))
  await older.until((build) => expect(jobOf(build, 'long').attempts[0]?.steps[0]?.state).toBe('running'))
  expect((await whatIsLeft(cluster)).containers).toHaveLength(1)

  const newer = await pushed(cluster, 'superseded', inOneGroup('echo newer'))
  const took = elapsed()
  const cancelled = await older.ends('cancelled')
  await vi.waitFor(async () => expect((await whatIsLeft(cluster)).containers).toEqual([]), 15_000)
  expect(Number.parseFloat(took())).toBeLessThan(15)
  console.log(`a superseded build was cancelled and its container gone ${took()} after the push`)

  expect(cancelled.job('long').ending).toMatchObject({ outcome: 'cancelled', code: 'CANCELLED' })
  expect(cancelled.job('long').ending?.message).toContain('superseded by #2')
  expect(cancelled.job('behind').attempts).toEqual([])
  const passed = await newer.ends('passed')
  expect(await passed.log('long')).toBe('newer\n')
})

test('a job that needs an approval holds no runner until one of those whom it names has approved', async () => {
  const build = await pushed(
    cluster,
    'approval',
    `image: ${testImage}
jobs:
  test: echo tested
  deploy: { needs: [test], environment: production, approval: [grace], run: echo deployed }
`,
  )
  const waiting = await build.until(({ jobs }) => expect(jobs.at(-1)?.waitsFor).toContain('grace'))
  const { id } = jobOf(waiting, 'deploy')
  expect(jobOf(waiting, 'test').ending?.outcome).toBe('passed')
  expect(waiting.state).toBe('running')

  await expect(cluster.rest.approve(id)).rejects.toMatchObject({ code: 'APPROVAL_NOT_YOURS' })
  expect(jobOf(await build.until(() => undefined), 'deploy')).toMatchObject({ state: 'waiting', attempts: [] })
  await vi.waitFor(async () => expect((await cluster.rest.runners()).map(({ held }) => held)).toEqual([0, 0]))
  await cluster.rest.approve(id, cluster.tokens.grace)

  const ended = await build.ends('passed')
  expect(ended.job('deploy')).toMatchObject({ approvedBy: 'grace', environment: 'production' })
  expect(await ended.log('deploy')).toBe('deployed\n')
  await expect(cluster.rest.approve(id, cluster.tokens.grace)).rejects.toMatchObject({ code: 'APPROVAL_NOT_AWAITED' })
})

const byPaths = `image: ${testImage}
jobs:
  web: { paths: [web/**], artifacts: [out/**], run: mkdir out; cat web/page > out/page; cat out/page }
  api: { paths: [api/**], run: cat api/page }
  red: { paths: [red/**], run: test -e red/fixed }
  all: { needs: [web], run: cat out/page }
`

test('a job with `paths` runs when its files changed, stands for itself when others did, and stays red', async () => {
  const push = async (files: Readonly<Record<string, string>>, outcome: 'passed' | 'failed') =>
    (await pushed(cluster, 'paths', { 'narwhal.yml': byPaths, ...files })).ends(outcome)

  const first = await push({ 'web/page': 'one\n', 'api/page': 'one\n', 'red/page': 'one\n' }, 'failed')
  const sibling = await push({ 'api/page': 'two\n' }, 'failed')
  const changed = await push({ 'web/page': 'three\n' }, 'failed')
  const mended = await push({ 'red/fixed': '' }, 'passed')
  const onceMore = await push({ 'README.md': 'hello again\n' }, 'passed')

  expect(ranIn(first)).toEqual(['web', 'api', 'red', 'all'])
  expect(ranIn(sibling)).toEqual(['api', 'red', 'all'])
  expect(ranIn(changed)).toEqual(['web', 'red', 'all'])
  expect(ranIn(mended)).toEqual(['red', 'all'])
  expect(ranIn(onceMore)).toEqual(['all'])
  const reused = sibling.job('web')
  expect(reused.ending).toEqual({ outcome: 'passed', message: 'reused from #1' })
  expect(reused).toMatchObject({ takenFrom: first.job('web').id, produced: first.job('web').produced })
  expect(await sibling.log('all')).toBe('one\n')
  expect(await onceMore.log('all')).toBe('three\n')
  expect(onceMore.job('web').ending?.message).toBe('reused from #3')
  expect(onceMore.job('red').ending?.message).toBe('reused from #4')
  const red = [first, sibling, changed].map((build) => build.job('red'))
  expect(red.map(exitCodesOf)).toEqual([[[1]], [[1]], [[1]]])
})

test('nothing of all this is left over once the runners have ended', async () => {
  const exits = await Promise.all(cluster.runners.map((runner) => runner.end()))

  expect(exits).toEqual([0, 0])
  expect(await whatIsLeft(cluster)).toEqual(nothing)
})

/** Jobs that a runner had, in the order of the file. */
function ranIn({ view }: EndedBuild): readonly string[] {
  return view.jobs.filter((job) => job.kind === 'steps' && runnersOf(job).length > 0).map(({ name }) => name)
}

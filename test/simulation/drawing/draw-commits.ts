import type { PlannedConcurrency, PlannedJob } from '@narwhal/protocol'
import type { Chance } from '../core/chance.ts'
import type { DrawnCommit, DrawnJob, DrawnStep } from './drawn.ts'

/** How many may go on at once of each concurrency group: a group has one limit. */
export type GroupLimits = Readonly<Record<'deploy' | 'test', number>>

export function drawLimits(chance: Chance): GroupLimits {
  return { deploy: chance.pick('limit deploy', [1, 1, 2]), test: chance.pick('limit test', [1, 2, 3]) }
}

/** The commits of a schedule, and what their pipelines are. */
export function drawCommits(chance: Chance, limits: GroupLimits, first = 1): readonly DrawnCommit[] {
  const count = chance.pick('commits', [1, 1, 1, 2, 2, 3, 5])
  const spreadMs = chance.pick('spread', [500, 500, 3_000, 8_000])
  const sizes: JobSizes = {
    mostSteps: chance.pick('steps', [1, 1, 2, 3]),
    longestMs: chance.pick('longest', [300, 2_000, 6_000]),
    limits,
  }
  return Array.from({ length: count }, (_, place) => drawCommit(chance, { place: first + place, spreadMs, sizes }))
}

interface JobSizes {
  readonly mostSteps: number
  readonly longestMs: number
  readonly limits: GroupLimits
}

function drawCommit(
  chance: Chance,
  { place, spreadMs, sizes }: { place: number; spreadMs: number; sizes: JobSizes },
): DrawnCommit {
  const name = `commit/${place}`
  const of = (what: string) => `${what} of ${name}`
  const copies = chance.draw(of('copies')) < 0.3 ? chance.whole(of('copies'), 1, 3) : 0
  const isBroken = chance.draw(of('broken')) < 0.04
  const concurrency = drawConcurrency(chance, of('build'), { ratio: 0.15, limits: sizes.limits })
  return {
    name,
    repository: chance.pick(of('repository'), ['engine', 'engine', 'loom']),
    ref: chance.pick(of('ref'), ['refs/heads/main', 'refs/heads/main', 'refs/heads/next']),
    sha: place.toString(16).padStart(4, '0').repeat(10),
    atMs: chance.between(of('time'), 0, spreadMs),
    copies: Array.from({ length: copies }, (_, copy) => ({
      name: `${name}/copy/${copy}`,
      afterMs: chance.between(of('copy time'), 0, 8_000),
      kind: chance.pick(of('copy kind'), ['redelivered', 'other-id']),
    })),
    concurrency,
    jobs: isBroken ? [] : drawJobs(chance, name, sizes),
  }
}

function drawConcurrency(
  chance: Chance,
  stream: string,
  { ratio, limits }: Pick<JobSizes, 'limits'> & { readonly ratio: number },
): PlannedConcurrency | undefined {
  if (chance.draw(`${stream} has a group`) >= ratio) return undefined
  const group = chance.pick(`${stream} group`, ['deploy', 'test'] as const)
  return {
    group,
    limit: limits[group],
    cancelSuperseded: chance.draw(`${stream} superseded`) < 0.4,
  }
}

function drawJobs(chance: Chance, commit: string, sizes: JobSizes): readonly DrawnJob[] {
  const count = chance.pick(`jobs of ${commit}`, [1, 1, 2, 2, 3, 4])
  const isMatrix = chance.draw(`matrix of ${commit}`) < 0.25
  const names = Array.from({ length: count }, (_, place) =>
    isMatrix ? `test (${place})` : (['lint', 'build', 'test', 'ship'][place] ?? 'job'),
  )
  return names.map((name, place) =>
    drawJob(chance, { commit, name, before: isMatrix ? [] : names.slice(0, place), sizes }),
  )
}

interface JobPlace {
  readonly commit: string
  readonly name: string
  readonly before: readonly string[]
  readonly sizes: JobSizes
}

function drawJob(chance: Chance, { commit, name, before, sizes }: JobPlace): DrawnJob {
  const of = (what: string) => `${what} of ${commit} ${name}`
  const has = (what: string, ratio: number) => chance.draw(of(what)) < ratio
  const steps = Array.from({ length: chance.whole(of('steps'), 1, sizes.mostSteps) }, (_, index) =>
    drawStep(chance, of(`step ${index}`), sizes),
  )
  const concurrency = drawConcurrency(chance, of('job'), { ratio: 0.2, limits: sizes.limits })
  const retries = has('retry', 0.2) ? chance.whole(of('retries'), 1, 2) : 0
  const planned: PlannedJob = {
    name,
    key: name.startsWith('test (') ? 'test' : name,
    digest: 'd'.repeat(64),
    steps: steps.map((step) => step.name),
    needs: before.filter((need) => has(`need ${need}`, 0.4)),
    labels: has('gpu', 0.15) ? ['gpu'] : [],
    priority: chance.pick(of('priority'), ['normal', 'normal', 'high', 'background']),
    lost: has('lost', 0.25) ? 'fail' : 'rerun',
    allowFailure: has('allow', 0.1),
    secrets: [],
    ...(name.startsWith('test (') && has('fail fast', 0.5) ? { failFast: true } : {}),
    ...(retries > 0 ? { retry: { max: retries, delayMs: chance.whole(of('retry delay'), 0, 3_000) } } : {}),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(has('approval', 0.08) ? { approval: [] } : {}),
    ...(has('environment', 0.08) ? { environment: 'production' } : {}),
    ...(has('condition', 0.1) ? { condition: { expression: 'always', changed: {}, matrix: {} } } : {}),
  }
  return { planned, steps, failures: has('fails', 0.2) ? chance.whole(of('failures'), 1, 3) : 0 }
}

function drawStep(chance: Chance, of: string, { longestMs }: JobSizes): DrawnStep {
  return {
    name: `run ${of.slice(0, 6)}`,
    durationMs: chance.between(`time of ${of}`, 20, longestMs),
    pieces: chance.pick(`pieces of ${of}`, [0, 0, 1, 1, 2, 4]),
    pieceBytes: chance.pick(`bytes of ${of}`, [10, 10, 10, 200, 200, 3_000, 3_000, 70_000]),
  }
}

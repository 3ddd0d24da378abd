import type { BuildView, JobView } from '@narwhal/protocol'
import { type FollowedLog, followLog } from '../ledger/follow-logs.ts'
import type { BuildWatch } from '../ledger/watch-builds.ts'
import { openRandom } from '../random.ts'
import type { Play } from './play.ts'
import type { MadePush } from './send-pushes.ts'

/** One wish for a build again, however often it was sent. */
export interface Resubmit {
  readonly ofBuild: string
  readonly jobName: string
  /** What each of the requests with the one key was answered: the id of a build, or a status. */
  readonly answers: readonly string[]
}

/** When a cancel was answered, in milliseconds since the epoch. */
export interface Cancel {
  readonly jobId: string
  readonly answeredAt: number
}

/** What people did with builds while the plan was played. */
export interface Deeds {
  readonly followed: readonly FollowedLog[]
  readonly resubmits: readonly Resubmit[]
  readonly cancels: readonly Cancel[]
}

/** Cancels, follows and resubmits what the plan says, each when its build is so far. */
export async function actOnBuilds(
  pushes: readonly MadePush[],
  watch: BuildWatch,
  play: Play & { readonly seed: number },
): Promise<Deeds> {
  const followed: FollowedLog[] = []
  const resubmits: Resubmit[] = []
  const cancels: Cancel[] = []
  const doWith = async (push: MadePush) => {
    const { ledger, seed } = play
    if (push.shape.isCancelled === true)
      cancels.push(await cancel(await untilJob(push.sha, isRunning, { watch, play }), play))
    if (push.isFollowed) {
      const { id } = await untilJob(push.sha, () => true, { watch, play })
      const log = await followLog(id, openRandom(seed + push.number), play)
      followed.push(log)
      ledger.note('followed', { jobId: id, connections: log.connections, faults: log.faults })
    }
    if (push.resubmits > 0)
      resubmits.push(await resubmit(await untilBuild(push.sha, { watch, play }), push.resubmits, play))
  }
  await Promise.all(
    pushes.map((push) =>
      doWith(push).catch((error: unknown) =>
        play.ledger.note('trouble', { where: `deeds of ${push.sha}`, error: String(error) }),
      ),
    ),
  )
  return { followed, resubmits, cancels }
}

interface Where {
  readonly watch: BuildWatch
  readonly play: Play
}

function isRunning({ state, attempts }: JobView): boolean {
  return state === 'running' && attempts.at(-1)?.steps.some((step) => step.state === 'running') === true
}

async function untilJob(sha: string, fits: (job: JobView) => boolean, { watch, play }: Where): Promise<JobView> {
  for (;;) {
    const job = watch.ofCommit(sha)?.jobs.find((one) => one.kind === 'steps' && fits(one))
    if (job !== undefined) return job
    if (watch.ofCommit(sha)?.ending !== undefined) throw new RangeError('the build ended before')
    await play.sleep(300)
  }
}

async function untilBuild(sha: string, { watch, play }: Where): Promise<BuildView> {
  for (;;) {
    const build = watch.ofCommit(sha)
    if (build?.ending !== undefined) return build
    await play.sleep(300)
  }
}

async function cancel({ id: jobId }: JobView, { rest, ledger }: Play): Promise<Cancel> {
  const answer = await rest.ask(`/v1/jobs/${jobId}/cancel`, { method: 'POST', body: { because: 'chaos' } })
  ledger.note('cancel', { jobId, answer: answer.status })
  return { jobId, answeredAt: Date.now() }
}

async function resubmit(build: BuildView, times: number, play: Play): Promise<Resubmit> {
  const job = build.jobs.find(({ kind }) => kind === 'steps') ?? build.jobs[0] // the plan, where that errored
  const key = `again-${build.id}`
  const answers: string[] = []
  for (let turn = 0; turn < times; turn++) {
    const answer = await play.rest.ask(`/v1/jobs/${job?.id}/resubmit`, {
      method: 'POST',
      headers: { 'idempotency-key': key },
    })
    const { id } = (await answer.json()) as { id?: string } // as the route says, or a problem
    answers.push(answer.status < 300 ? String(id) : `status ${answer.status}`)
    play.ledger.note('resubmit', { ofBuild: build.id, jobId: job?.id, key, answer: answer.status, id })
    await play.sleep(200)
  }
  return { ofBuild: build.id, jobName: job?.name ?? '', answers }
}

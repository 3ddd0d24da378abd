import type { JobView } from '@narwhal/protocol'
import type { Fault } from '../plan/plan-faults.ts'
import type { ContainerLife } from '../ledger/watch-containers.ts'
import { type Evidence, jobsOfPushes } from './evidence.ts'
import { type Finding, findingOf, type Violation } from './finding.ts'

/** How long after its cancel was answered a container may live, and where something was broken meanwhile, in milliseconds. */
const cancelLimitMs = 15_000
const troubledLimitMs = 60_000

/** I10, I15, I18: what the engine saw of the containers. */
export function checkContainers(evidence: Evidence): readonly Finding[] {
  const { lives, deeds, rig, ledger } = evidence
  const jobs = jobsOfPushes(evidence)
  const known = new Set(
    evidence.builds.flatMap((build) => build.jobs.flatMap((job) => job.attempts.map(({ id }) => id))),
  )
  const ours = lives.filter(({ attemptId }) => known.has(attemptId))
  const ofAttempt = Map.groupBy(ours, ({ attemptId }) => attemptId)
  const livesOf = (job: Pick<JobView, 'attempts'>) => job.attempts.flatMap(({ id }) => ofAttempt.get(id) ?? [])
  const once = jobs.filter(({ expected }) => expected.lost === 'fail')
  const groups = [
    ...Map.groupBy(
      jobs.filter(({ expected }) => expected.group !== undefined),
      ({ push, expected }) => `${push.repository} ${expected.group}`,
    ),
  ]
  const cancels = deeds.cancels.flatMap(({ jobId, answeredAt }) =>
    livesOf(jobs.find(({ job }) => job.id === jobId)?.job ?? noJob).map((life) => ({ life, answeredAt })),
  )
  const byRunner = [...Map.groupBy(ours, ({ runnerId }) => runnerId)]
  return [
    findingOf('I10', 'a `lost: fail` job runs at most once', once, ({ job, push }) => {
      const started = job.attempts.filter(({ id }) =>
        ofAttempt.get(id)?.some(({ startedAt }) => startedAt !== undefined),
      )
      return started.length <= 1
        ? undefined
        : { what: `${job.id} had containers of ${started.length} attempts`, about: [job.id, push.sha] }
    }),
    findingOf('I10', 'containers of a concurrency group never overlap', groups, ([group, members]) =>
      overlaps(members.flatMap(({ job }) => livesOf(job)).filter(isStarted)).map(([one, other]) => ({
        what: `${group}: ${one.attemptId} until ${one.diedAt}, ${other.attemptId} from ${other.startedAt}`,
        about: [one.attemptId, other.attemptId],
      })),
    ),
    findingOf(
      'I15',
      'after a cancel its container is dead within 15 s, or 60 s where something was broken',
      cancels,
      ({ life, answeredAt }) => {
        const lateMs = (life.diedAt ?? Number.POSITIVE_INFINITY) - answeredAt
        const from = answeredAt - ledger.openedAt
        const near = ledger.entries('fault').filter(({ at }) => at > from - 15_000 && at < from + lateMs)
        const isTroubled = near.some(({ fault }) => isOnTheWay(fault as Fault)) // as make-faults.ts notes it
        return lateMs <= (isTroubled ? troubledLimitMs : cancelLimitMs)
          ? undefined
          : { what: `${life.attemptId} died ${lateMs} ms after`, about: [life.attemptId] }
      },
    ),
    findingOf('I18', 'a runner never has more than its slots', byRunner, ([runnerId, its]) => {
      const most = mostAtOnce(its.filter(isStarted))
      return most <= rig.slots ? undefined : { what: `${most} containers at once on ${runnerId}`, about: [runnerId] }
    }),
    findingOf('I18', 'one attempt is never on two runners', [...ofAttempt], ([attemptId, its]): readonly Violation[] =>
      new Set(its.map(({ runnerId }) => runnerId)).size === 1
        ? []
        : [{ what: `${attemptId} was on several`, about: [attemptId] }],
    ),
  ]
}

/** Whether a fault can keep a cancel from its container: one between it and the store. */
function isOnTheWay(fault: Fault): boolean {
  const elsewhere = /agent|reporter|forge|broker/
  if (fault.kind === 'kill' || fault.kind === 'freeze') return !elsewhere.test(fault.program)
  if (fault.kind === 'link') return !elsewhere.test(fault.link)
  return fault.kind === 'database kill'
}

const noJob = { attempts: [] }

interface Started extends ContainerLife {
  startedAt: number
}

function isStarted(life: ContainerLife): life is Started {
  return life.startedAt !== undefined
}

/** Neighbours in time of different attempts of which the second began before the first was dead. */
function overlaps(lives: readonly Started[]): readonly (readonly [Started, Started])[] {
  const sorted = lives.toSorted((one, other) => one.startedAt - other.startedAt)
  return sorted.flatMap((other, place) => {
    const before = sorted.slice(0, place).filter(({ attemptId }) => attemptId !== other.attemptId)
    const still = before.find(({ diedAt }) => (diedAt ?? Number.POSITIVE_INFINITY) > other.startedAt)
    return still === undefined ? [] : [[still, other] as const]
  })
}

function mostAtOnce(lives: readonly Started[]): number {
  const changes = lives.flatMap(({ startedAt, diedAt }) => [
    { at: startedAt, by: 1 },
    { at: diedAt ?? Number.POSITIVE_INFINITY, by: -1 },
  ])
  let [now, most] = [0, 0]
  for (const { by } of changes.toSorted((one, other) => one.at - other.at || one.by - other.by)) {
    now += by
    most = Math.max(most, now)
  }
  return most
}

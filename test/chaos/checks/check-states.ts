import type { BuildView, JobView } from '@narwhal/protocol'
import { type Evidence, type JobOfPush, jobsOfPushes } from './evidence.ts'
import { type Finding, findingOf, type Violation } from './finding.ts'

const order = ['queued', 'running', 'finished']

/** I6, I7: everything has ended as it had to, and did not change afterwards. */
export function checkStates(evidence: Evidence): readonly Finding[] {
  const { builds, seen } = evidence
  const endings = new Map(builds.map(({ id, ending }) => [id, `finished ${JSON.stringify(ending)}`]))
  return [
    findingOf('I6', 'every build has ended', builds, ({ id, state, number, commit }) =>
      state === 'finished'
        ? undefined
        : { what: `build #${number} of ${commit.sha} is ${state}`, about: [id, commit.sha] },
    ),
    findingOf(
      'I7',
      'states go one way, and the end stays as it is',
      [...seen],
      ([id, states]): readonly Violation[] => {
        const places = states.map((state) => order.indexOf(state.split(' ')[0] ?? ''))
        const isBack = places.some((place, index) => place < (places[index - 1] ?? 0))
        const ended = states.filter((state) => state.startsWith('finished'))
        const isOther = ended.some((state) => state !== endings.get(id))
        return isBack || isOther
          ? [{ what: `build ${id} was seen as ${states.join(' → ')} and is ${endings.get(id)}`, about: [id] }]
          : []
      },
    ),
    findingOf('I7', 'every build has the jobs of its commit, or its plan errored for a reason', builds, (build) =>
      wrongPlan(build, evidence),
    ),
    findingOf(
      'I7',
      'every job ended as its commands say, or errored for a reason',
      jobsOfPushes(evidence),
      wrongEnding,
    ),
  ]
}

function wrongPlan({ id, commit, jobs }: BuildView, { pushes }: Evidence): Violation | undefined {
  const plan = jobs.find(({ kind }) => kind === 'plan')
  const wanted = pushes.find(({ sha }) => sha === commit.sha)?.shape.jobs.map(({ name }) => name) ?? []
  const missing = wanted.filter((name) => !jobs.some((job) => job.kind === 'steps' && job.name === name))
  if (missing.length === 0) return undefined
  if (plan?.ending?.outcome === 'errored' && hasReason(plan, false)) return undefined
  return { what: `no job ${missing.join(', ')}; plan ${JSON.stringify(plan?.ending)}`, about: [id, commit.sha] }
}

/** Its commands decide; `errored` needs as many lost or errored attempts as the rules ask for. */
function wrongEnding({ push, build, job, expected }: JobOfPush): Violation | undefined {
  const { outcome, code } = job.ending ?? {}
  const about = [build.id, job.id, push.sha, ...job.attempts.map(({ id }) => id)]
  if (outcome === expected.outcome) return undefined
  if (outcome === 'errored' && hasReason(job, expected.lost === 'fail')) return undefined
  if (outcome === 'skipped' && needsErrored(build, job)) return undefined
  const attempts = job.attempts.map(({ state, ending }) => ending?.code ?? ending?.outcome ?? state).join(', ')
  return {
    what: `${push.shape.name}, job ${job.name}: ${outcome} ${code ?? ''} instead of ${expected.outcome} (${attempts})`,
    about,
  }
}

function hasReason({ attempts }: JobView, isFinal: boolean): boolean {
  const lost = attempts.filter(({ state }) => state === 'lost').length
  const errored = attempts.filter(({ ending }) => ending?.outcome === 'errored').length
  return isFinal ? lost + errored >= 1 : lost >= 3 || errored >= 3
}

function needsErrored({ jobs }: BuildView, { needs }: JobView): boolean {
  return jobs.some(({ name, ending }) => needs.includes(name) && ending?.outcome === 'errored')
}

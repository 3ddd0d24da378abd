import { type BuildView, catalogue, type Ending, type Outcome, type ProblemCode } from '@narwhal/protocol'
import { acceptedAttempt, shownJobs } from './result-of-build.ts'

/** A commit status as GitHub takes it. */
export interface CommitStatus {
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  /** At most 140 characters. */
  readonly description: string
}

const states = {
  passed: 'success',
  skipped: 'success',
  failed: 'failure',
  errored: 'error',
  cancelled: 'error',
} as const satisfies Record<Outcome, CommitStatus['state']>

/** What the forge should show for a build as it stands. Before its end it is one and the same. */
export function statusOfBuild(build: BuildView): CommitStatus {
  const { number, ending } = build
  if (ending === undefined) return { state: 'pending', description: `build #${number} is under way` }
  return { state: states[ending.outcome], description: shorten(describe(build, ending)) }
}

function describe(build: BuildView, ending: Ending): string {
  const { outcome } = ending
  if (outcome === 'passed') return `passed${durationOf(build)}`
  if (outcome === 'failed') return failedStep(build) ?? causeOf(ending) ?? 'failed'
  const cause = causeOf(ending)
  return cause === undefined ? outcome : `${outcome}: ${cause}`
}

function durationOf({ startedAt, finishedAt }: BuildView): string {
  if (startedAt === undefined || finishedAt === undefined) return ''
  const seconds = Math.max(0, Math.round((finishedAt - startedAt) / 1000))
  return seconds < 60 ? ` in ${seconds} s` : ` in ${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** The first step whose command said no; the job is named where there are several. */
function failedStep(build: BuildView): string | undefined {
  const jobs = shownJobs(build)
  for (const job of jobs) {
    const step = acceptedAttempt(job)?.steps.find(({ ending }) => ending?.outcome === 'failed')
    if (step?.ending === undefined) continue
    const { code } = step.ending
    const how =
      step.exitCode === undefined || (code !== undefined && code !== 'STEP_FAILED')
        ? causeOf(step.ending)
        : `exit ${step.exitCode}`
    return `${jobs.length > 1 ? `job "${job.name}": ` : ''}step "${step.name}" failed${how === undefined ? '' : ` (${how})`}`
  }
  return undefined
}

function causeOf({ code, message }: Ending): string | undefined {
  const first = message?.split('\n').find((line) => line.trim() !== '')
  return first?.trim() ?? (isCode(code) ? catalogue[code].title : code)
}

function isCode(code: string | undefined): code is ProblemCode {
  return code !== undefined && Object.hasOwn(catalogue, code)
}

/** At most 140 characters on one line; characters that need two units of UTF-16 are not taken by every forge. */
function shorten(text: string): string {
  const plain = text
    .replaceAll(/[\u{10000}-\u{10FFFF}]/gu, '?')
    .replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim()
  return plain.length <= 140 ? plain : `${plain.slice(0, 139)}…`
}

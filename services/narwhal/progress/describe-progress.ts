import type { AttemptView, BuildView, Ending, JobView, StepView } from '@narwhal/protocol'
import { plainLine, plainLines } from '../clean-text.ts'
import { describeDuration } from '../describe-time.ts'
import { cutText } from '../format-table.ts'
import { nameBuild, shortRef } from '../name-build.ts'
import type { Paint } from '../terminal.ts'
import { paintOutcome, signOf } from './paint-outcome.ts'

/** A line to show, or the place where the end of a step's log belongs. */
export type ProgressLine = { readonly text: string } | { readonly tailOf: FailedStep }

/** A step that did not pass, in an attempt that is over. */
export interface FailedStep {
  readonly jobId: string
  readonly attemptId: string
  readonly attempt: number
  readonly step: number
}

export interface DescribeOptions {
  readonly paint: Paint
  /** First line of the commit message, empty when unknown. */
  readonly title: string
  /** Somebody can ask for the log later. */
  readonly staysUp: boolean
}

/** What happened to a build between two looks at it. `before` is absent at the first look; equal looks say nothing. */
export function describeProgress(
  before: BuildView | undefined,
  after: BuildView,
  options: DescribeOptions,
): readonly ProgressLine[] {
  const lines: ProgressLine[] = before === undefined ? [{ text: describeHead(after, options) }] : []
  const width = widthOf(after)
  for (const job of after.jobs) {
    const earlier = before?.jobs.find(({ id }) => id === job.id)
    const prefix = prefixOf(job, after)
    lines.push(
      ...(job.kind === 'plan'
        ? planLines(earlier, job, options)
        : jobLines(earlier, job, { ...options, prefix, width })),
    )
  }
  if (after.state === 'finished' && before?.state !== 'finished') lines.push(...outcomeLines(after, options))
  return lines
}

/** The job goes before its steps where there are several, and a plan. */
function prefixOf({ name }: JobView, { jobs }: BuildView): string {
  return jobs.length > 2 ? `${name} / ` : ''
}

/** Of the longest name in the build. */
function widthOf(build: BuildView): number {
  const names = build.jobs.flatMap((job) => {
    const steps = job.attempts.at(-1)?.steps ?? []
    return steps.map((step) => plainLine(`${prefixOf(job, build)}${step.name}`).length)
  })
  return Math.max(0, ...names)
}

/** `narwhal/demo #1  main 3f2a91c  "Count in Roman numerals"` */
export function describeHead(
  { number, commit }: BuildView,
  { paint, title }: Omit<DescribeOptions, 'staysUp'>,
): string {
  const { owner, name } = commit.repository
  const place = `${paint('bold', `${owner}/${name} #${number}`)}  ${shortRef(commit)} ${commit.sha.slice(0, 7)}`
  return title === '' ? place : `${place}  ${paint('dim', `"${cutText(title, 60)}"`)}`
}

function planLines(before: JobView | undefined, { ending, takenFrom, attempts }: JobView, { paint }: DescribeOptions) {
  if (ending === undefined || before?.ending !== undefined) return []
  if (takenFrom !== undefined) return [{ text: stepLine('plan', ending, { paint, said: 'reused' }) }]
  return [{ text: stepLine('plan', ending, { paint, times: attempts.at(-1) }) }]
}

type JobOptions = DescribeOptions & { readonly prefix: string; readonly width: number }

function jobLines(before: JobView | undefined, job: JobView, options: JobOptions): readonly ProgressLine[] {
  const lines = job.attempts.flatMap((attempt) => {
    const earlier = before?.attempts.find(({ id }) => id === attempt.id)
    return [...stepLines(earlier, attempt, { ...options, job }), ...retryLines(earlier, attempt, { ...options, job })]
  })
  return [...lines, ...endLines(before, job, options)]
}

/** A job that ended without running a step, beside others; of one alone the build says enough. */
function endLines(before: JobView | undefined, job: JobView, { paint, prefix, width }: JobOptions): ProgressLine[] {
  const { name, ending, takenFrom } = job
  if (ending === undefined || before?.ending !== undefined || !isToldAlone(job, prefix)) return []
  const line = stepLine(name, ending, { paint, width, said: takenFrom === undefined ? undefined : 'reused' })
  const why = firstLine(ending.message)
  return [{ text: line }, ...(why === '' ? [] : [{ text: paint('dim', `      ${cutText(why, 200)}`) }])]
}

function isToldAlone({ kind, ending, attempts }: JobView, prefix: string): boolean {
  return kind === 'steps' && prefix !== '' && ending !== undefined && !attempts.some(hasRun)
}

function hasRun({ steps }: AttemptView): boolean {
  return steps.some(({ ending }) => ending !== undefined && ending.outcome !== 'skipped')
}

type AttemptOptions = JobOptions & { readonly job: JobView }

function stepLines(before: AttemptView | undefined, attempt: AttemptView, options: AttemptOptions): ProgressLine[] {
  const { prefix, width, paint, job } = options
  const fresh = attempt.steps.filter((step) => hasRun(attempt) && isTold(attempt, step) && !wasTold(before, step.index))
  return fresh.flatMap((step): ProgressLine[] => {
    const { index, name, ending, exitCode } = step
    if (ending === undefined) return []
    const note = exitCode !== undefined && exitCode !== 0 ? `exit ${exitCode}` : undefined
    const line = { text: stepLine(`${prefix}${name}`, ending, { paint, times: step, note, width }) }
    const isSilent = ending.outcome === 'passed' || ending.outcome === 'skipped'
    if (isSilent) return [line]
    return [line, { tailOf: { jobId: job.id, attemptId: attempt.id, attempt: attempt.number, step: index } }]
  })
}

/** A step that passed is told at once; the others with their attempt's end, when all of its log is there. */
function isTold({ state }: AttemptView, { ending }: StepView): boolean {
  return ending !== undefined && (ending.outcome === 'passed' || state === 'finished' || state === 'lost')
}

function wasTold(before: AttemptView | undefined, index: number): boolean {
  const step = before?.steps.find((one) => one.index === index)
  return before !== undefined && step !== undefined && isTold(before, step)
}

/** An attempt that ended in vain while the job goes on. */
function retryLines(
  before: AttemptView | undefined,
  attempt: AttemptView,
  { paint, job, prefix }: AttemptOptions,
): ProgressLine[] {
  const isVain = attempt.state === 'lost' || attempt.ending?.outcome === 'errored'
  if (!isVain || job.state === 'finished' || before?.state === attempt.state) return []
  const why = attempt.state === 'lost' ? `its runner ${plainLine(attempt.runner)} was lost` : whyOf(attempt.ending)
  const line = `${prefix}attempt ${attempt.number}: ${cutText(why, 120)}; the job is tried again`
  return [{ text: `  ${paint('yellow', '!')} ${plainLine(line)}` }]
}

function whyOf(ending: Ending | undefined): string {
  return [ending?.code, firstLine(ending?.message)].filter((part) => part !== undefined && part !== '').join(' ')
}

function firstLine(message = ''): string {
  return plainLine(message.split('\n', 1)[0] ?? '')
}

/** How many characters the column of names has. */
const narrowest = 24
const widest = 40

interface StepLineOptions {
  readonly paint: Paint
  readonly times?: { readonly startedAt?: number; readonly finishedAt?: number } | undefined
  readonly note?: string | undefined
  /** Characters of the longest name beside it. */
  readonly width?: number
  /** Instead of how long it took. */
  readonly said?: string | undefined
}

function stepLine(
  name: string,
  ending: Ending,
  { paint, times, note, width = 0, said: given }: StepLineOptions,
): string {
  const { startedAt, finishedAt } = times ?? {}
  const took = startedAt === undefined || finishedAt === undefined ? '' : describeDuration(finishedAt - startedAt)
  const said = given ?? (ending.outcome === 'skipped' ? 'skipped' : took)
  const code = ending.outcome === 'passed' || ending.code === 'STEP_FAILED' ? undefined : ending.code
  const end = [said.padStart(8), note, code].filter((part) => part !== undefined).join('   ')
  const line = `${cutText(plainLine(name), widest).padEnd(Math.min(Math.max(width, narrowest), widest))} ${end}`
  return `  ${signOf(ending.outcome, paint)} ${ending.outcome === 'skipped' ? paint('dim', line) : line}`
}

function outcomeLines(build: BuildView, { paint, staysUp }: DescribeOptions): readonly ProgressLine[] {
  const { ending, createdAt, startedAt = createdAt, finishedAt = startedAt } = build
  if (ending === undefined) return []
  const isKnown = ending.code === undefined || ending.code === 'STEP_FAILED'
  const message = isKnown ? [] : untoldLines(build, ending).map((line) => ({ text: `      ${line}` }))
  const code = ending.code === undefined ? '' : `${ending.code} `
  const outcome = paintOutcome(ending.outcome, paint)
  const command = staysUp ? `   ${paint('dim', `narwhal log ${nameBuild(build)}`)}` : ''
  return [...message, { text: `${outcome}  ${code}in ${describeDuration(finishedAt - startedAt)}${command}` }]
}

/** The message, but for its first line where that stands above already, with its job. */
function untoldLines(build: BuildView, { message = '' }: Ending): readonly string[] {
  const lines = plainLines(message)
  const alone = build.jobs.filter((job) => isToldAlone(job, prefixOf(job, build)))
  return alone.some(({ ending }) => firstLine(ending?.message) === lines[0]) ? lines.slice(1) : lines
}

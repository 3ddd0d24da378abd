import type { JobDefinition, PlanAnswer } from '@narwhal/pipeline'
import type { PlannedJob } from '@narwhal/protocol'
import { plainLine } from '../clean-text.ts'
import type { Paint } from '../terminal.ts'

/** What would run, as lines for a terminal: a tree of jobs, each below the first that it waits for. */
export function describePlan(
  answer: Exclude<PlanAnswer, { wants: unknown } | { problems: unknown }> | undefined,
  paint: Paint,
): readonly string[] {
  if (answer === undefined) return ['There is no narwhal.yml here; `narwhal init` writes one.']
  if ('ending' in answer) return [`Nothing would run: ${answer.ending.message ?? answer.ending.outcome}`]
  const { plan, definitions } = answer
  const jobs = plan.jobs.map((job) => ({ job, definition: definitions.find(({ name }) => name === job.name) }))
  const roots = jobs.filter(({ job }) => job.needs.length === 0)
  const steps = jobs.reduce((sum, { job }) => sum + job.steps.length, 0)
  const head = `${counted(jobs.length, 'job')}, ${counted(steps, 'step')}`
  return [paint('bold', head), ...roots.flatMap((root) => branchOf(root, { jobs, paint, indent: '' }))]
}

interface PlannedLine {
  readonly job: PlannedJob
  readonly definition: JobDefinition | undefined
}

interface BranchOptions {
  readonly jobs: readonly PlannedLine[]
  readonly paint: Paint
  readonly indent: string
}

/** A job, its steps, and the jobs whose last need it is. */
function branchOf({ job, definition }: PlannedLine, options: BranchOptions): readonly string[] {
  const { jobs, paint, indent } = options
  const sign = job.skipped === undefined ? paint('green', '●') : paint('dim', '○')
  const said = whyOf(job)
  const lines = [
    `${indent}${sign} ${paint('bold', plainLine(job.name))}${said === '' ? '' : `  ${paint('dim', said)}`}`,
  ]
  const image = definition?.image === undefined ? '' : paint('dim', `  in ${plainLine(definition.image)}`)
  if (job.skipped === undefined) {
    const [first = '', ...rest] = job.steps.map((step) => `${indent}    ${plainLine(step)}`)
    lines.push(`${first}${image}`, ...rest)
  }
  const next = jobs.filter((one) => one.job.needs.at(-1) === job.name)
  return [...lines, ...next.flatMap((one) => branchOf(one, { ...options, indent: `${indent}  ` }))]
}

/** Why it runs when it does, or why it does not. */
function whyOf(job: PlannedJob): string {
  if (job.skipped !== undefined) return `does not run: ${job.skipped}`
  const parts = [
    ...(job.needs.length > 1 ? [`after ${job.needs.join(', ')}`] : []),
    ...(job.condition === undefined ? [] : [`if ${job.condition.expression}`]),
    ...(job.environment === undefined ? [] : [`deploys to ${job.environment}`]),
    ...(job.approval === undefined
      ? []
      : [`waits for an approval${job.approval.length === 0 ? '' : ` by ${job.approval.join(' or ')}`}`]),
    ...(job.concurrency === undefined ? [] : [`${job.concurrency.limit} at a time in ${job.concurrency.group}`]),
    ...(job.reuseKey === undefined ? [] : ['not again while its paths are as they were when it passed']),
    ...(job.allowFailure ? ['may fail'] : []),
    ...(job.labels.length === 0 ? [] : [`on a runner with ${job.labels.join(', ')}`]),
  ]
  return parts.map(plainLine).join('; ')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

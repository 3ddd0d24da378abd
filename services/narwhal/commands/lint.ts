import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { formatPipelineProblems, type JobDefinition, type PlanAnswer, type PlanRequest } from '@narwhal/pipeline'
import { type Commit, problem } from '@narwhal/protocol'
import { openPlanner, type Planner } from '@narwhal/runner/planner'
import type { CommandContext } from '../command-context.ts'
import { findLocalFacts } from '../plan/local-facts.ts'

/**
 * `narwhal lint`: everything that is wrong with a narwhal.yml and the files it includes.
 *
 * @returns 1 when there is a problem.
 * @throws {ProblemError} FILE_UNREADABLE
 */
export async function lintFile(file: string, { terminal }: Pick<CommandContext, 'terminal'>): Promise<number> {
  await using planner = openPlanner()
  const answer = await planFile(file, planner)
  if ('problems' in answer) {
    terminal.print(formatPipelineProblems(answer.problems))
    terminal.print(`\n${file} has ${counted(answer.problems.length, 'problem')}`)
    return 1
  }
  terminal.print(`${file} is good: ${'definitions' in answer ? describeJobs(answer.definitions) : 'nothing to run'}`)
  return 0
}

async function planFile(file: string, planner: Planner): Promise<Exclude<PlanAnswer, { wants: unknown }>> {
  let request: PlanRequest = {
    purpose: 'definitions',
    commit: anyCommit,
    files: [{ path: file, text: await readPipelineFile(file) }],
    platform: '',
  }
  for (;;) {
    const answer = await planner.plan(request)
    if (!('wants' in answer)) return answer
    request = { ...request, ...(await findLocalFacts(dirname(file), answer.wants, request)) }
  }
}

/** Whatever the commit: what the jobs are is the same. */
const anyCommit: Commit = {
  repository: { host: 'local', owner: 'narwhal', name: 'lint' },
  ref: 'refs/heads/main',
  sha: '0'.repeat(40),
  trigger: 'push',
}

async function readPipelineFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw problem('FILE_UNREADABLE', `${file} cannot be read (${codeOf(cause)})`, { cause })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function describeJobs(jobs: readonly JobDefinition[]): string {
  const steps = jobs.reduce((sum, job) => sum + job.steps.length, 0)
  return `${counted(jobs.length, 'job')}, ${counted(steps, 'step')}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openMirrors } from '@narwhal/git'
import { formatPipelineProblems } from '@narwhal/pipeline'
import type { Commit } from '@narwhal/protocol'
import { openPlanner, planCommit } from '@narwhal/runner/planner'
import type { CommandContext } from '../command-context.ts'
import { selectionOf } from '../exec/selection-of.ts'
import { type Snapshot, snapshotWorkingTree } from '../exec/snapshot-working-tree.ts'
import { describePlan } from '../plan/describe-plan.ts'

export interface PlanOptions {
  readonly trigger?: Commit['trigger']
  readonly branch?: string
  readonly matrix?: readonly string[]
}

/**
 * `narwhal plan`: what would run of the working tree, in which order, and why the rest would not.
 *
 * @returns 1 when narwhal.yml has problems.
 */
export async function showPlan(
  jobs: readonly string[],
  options: PlanOptions,
  { env, clock, terminal, signal }: CommandContext,
): Promise<number> {
  await using opened = new AsyncDisposableStack()
  const directory = await mkdtemp(join(env['TMPDIR'] || '/tmp', 'narwhal-plan-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  const snapshot = await snapshotWorkingTree(process.cwd(), { into: join(directory, 'tree'), env, signal })
  const mirrors = opened.use(await openMirrors({ root: join(directory, 'mirrors'), clock }))
  const planner = opened.use(openPlanner())
  const named = jobs.length > 0 || (options.matrix ?? []).length > 0
  const { answer } = await planCommit(
    commitOf(snapshot, options),
    { purpose: 'plan' },
    {
      ...{ mirrors, planner, signal },
      cloneSource: () => ({ url: snapshot.path }),
      engine: { provideImage: async () => '', platform: '' },
      selection: named ? selectionOf(jobs, { matrix: options.matrix ?? [] }) : undefined,
    },
  )
  if (answer !== undefined && 'problems' in answer) {
    terminal.print(formatPipelineProblems(answer.problems))
    return 1
  }
  for (const line of describePlan(answer, terminal.paint)) terminal.print(line)
  return 0
}

function commitOf({ repository, ref, sha, message }: Snapshot, { trigger = 'push', branch }: PlanOptions): Commit {
  return {
    repository,
    ref: branch === undefined ? ref : `refs/heads/${branch}`,
    sha,
    trigger,
    ...(message === undefined ? {} : { message }),
  }
}

import type { Commit, Ending, Plan } from '@narwhal/protocol'
import type { JobDefinition } from './pipeline.ts'
import type { PipelineProblem } from './problem-list.ts'

/**
 * Everything that is known of a commit when its build is planned. Planning is pure: what it still lacks it asks for
 * (`PlanWants`), and is called again with it.
 */
export interface PlanRequest {
  /**
   * `plan`: what to run, and whether. `definitions`: only what the jobs are, for the runner of one of them; no answer
   * depends on `changes` and `images` then.
   */
  readonly purpose: 'plan' | 'definitions'
  readonly commit: Commit
  /** narwhal.yml first (or the default pipeline under that name), then nested ones. */
  readonly files: readonly PipelineSource[]
  /** The files of the commit. */
  readonly tree?: readonly TreeFile[]
  /** Paths that differ from what was there before; `all`: there is nothing to compare with. */
  readonly changes?: readonly string[] | 'all'
  /** Image → digest of its content; `''` when it cannot be known. */
  readonly images?: Readonly<Record<string, string>>
  /** Of the runner's engine, such as `linux/amd64`. */
  readonly platform: string
  readonly selection?: JobSelection
}

/** A pipeline file; `path` is relative to the root of the repository. */
export interface PipelineSource {
  readonly path: string
  readonly text: string
}

/** An entry of the commit's tree that is no directory. */
export interface TreeFile {
  readonly path: string
  /** Octal, as git has it: `100644`. */
  readonly mode: string
  readonly oid: string
}

/** Part of a pipeline, for `narwhal exec`: any runner will do for it. What is absent selects everything. */
export interface JobSelection {
  /** Keys or names of jobs, or globs; with them comes what they need. A job that is named needs no approval. */
  readonly jobs?: readonly string[]
  /** Names of steps; the others are left out. */
  readonly steps?: readonly string[]
  /** Cells with these values. */
  readonly matrix?: Readonly<Record<string, string>>
  /** Merged over the environment of every job and step. */
  readonly env?: Readonly<Record<string, string>>
}

/** What a plan needs to know before it can be made. */
export interface PlanWants {
  readonly tree?: true
  readonly changes?: true
  /** Paths of nested files. */
  readonly files?: readonly string[]
  readonly images?: readonly string[]
}

/** What planning answers. */
export type PlanAnswer =
  | { readonly wants: PlanWants }
  | { readonly problems: readonly PipelineProblem[] }
  /** The build ends at once: nothing is to run. */
  | { readonly ending: Ending }
  | { readonly plan: Plan; readonly definitions: readonly JobDefinition[] }

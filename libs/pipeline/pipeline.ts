// What a narwhal.yml says, every default filled in and every short form written out. Times are in milliseconds, sizes
// in bytes. Texts marked "template" may hold `${{ … }}`: in a `JobTemplate` any expression, in a `JobDefinition` only
// those that read `needs`, which are known when the job starts.

/** A narwhal.yml that was understood. */
export interface Pipeline {
  readonly on: Triggers
  /** Globs of nested narwhal.yml files. */
  readonly include: readonly string[]
  /** Of the whole build. */
  readonly concurrency?: Concurrency
  /** In the order of the file. */
  readonly jobs: readonly JobTemplate[]
}

/** When a commit is built. Absent keys: that trigger starts no build. */
export interface Triggers {
  readonly push?: TriggerFilter
  readonly pullRequest?: TriggerFilter
  readonly tag?: TriggerFilter
  readonly cron?: readonly CronTrigger[]
  readonly manual?: { readonly inputs: Readonly<Record<string, ManualInput>> }
  readonly api?: TriggerFilter
}

/** Globs; a pattern that begins with `!` takes away. Absent: everything. */
export interface TriggerFilter {
  /** Names of branches, or of tags for `tag`. */
  readonly branches?: readonly string[]
  readonly paths?: readonly string[]
  /** `push` only: each commit of a push, not just its head. */
  readonly commits?: 'head' | 'all'
}

/** Builds at a time of the clock. */
export interface CronTrigger {
  /** Five fields, in UTC. */
  readonly schedule: string
  readonly branches?: readonly string[]
}

/** What is asked when somebody starts a build by hand. */
export interface ManualInput {
  readonly type: 'text' | 'boolean' | 'number' | 'choice'
  readonly description?: string
  readonly default?: string
  /** Of a choice. */
  readonly options?: readonly string[]
  readonly required: boolean
}

/** A job as the file has it: before its matrix is multiplied out. */
export interface JobTemplate extends Omit<JobDefinition, 'name' | 'matrix' | 'needs'> {
  /** Template; absent: the key, or `build` in a file without `jobs`. */
  readonly name?: string
  readonly matrix?: Matrix
  /** Keys of jobs, or globs of them. */
  readonly needs: readonly string[]
}

/** Every combination of the axes, without those in `exclude`, with those in `include`. Values are texts. */
export interface Matrix {
  readonly axes: Readonly<Record<string, readonly string[]>>
  readonly include: readonly Readonly<Record<string, string>>[]
  readonly exclude: readonly Readonly<Record<string, string>>[]
  readonly failFast: boolean
}

/** One job of a build: one cell of a matrix. Its digest is what a runner compares before it runs it. */
export interface JobDefinition {
  /** Under `jobs`; of a nested file `<dir>:<key>`; `build` in a file without `jobs`. Cells of a matrix share it. */
  readonly key: string
  /** Unique in the build, and what people see: `test (24, postgres:17)`. */
  readonly name: string
  /** Template. Absent only if every step brings its own. */
  readonly image?: string
  readonly steps: readonly StepDefinition[]
  /** Names of jobs. */
  readonly needs: readonly string[]
  /** An expression; absent: `success`. */
  readonly if?: string
  readonly paths?: readonly string[]
  /** The values of this cell; empty without a matrix. */
  readonly matrix: Readonly<Record<string, string>>
  /** Templates. */
  readonly env: Readonly<Record<string, string>>
  /** Variable → name of the secret. */
  readonly secrets: Readonly<Record<string, string>>
  /** The key `services`. */
  readonly sidecars: readonly SidecarDefinition[]
  readonly cache: readonly CacheDefinition[]
  readonly artifacts?: ArtifactsDefinition
  readonly reports: ReportsDefinition
  readonly timeout: Timeout & { readonly totalMs: number }
  readonly retry?: Retry
  readonly allowFailure: boolean
  readonly concurrency?: Concurrency
  /** The key `runs-on`. */
  readonly labels: readonly string[]
  readonly track?: string
  readonly priority: 'high' | 'normal' | 'background'
  readonly resources: Resources
  readonly network: NetworkAccess
  readonly environment?: string
  /** Who must approve, by the names of their tokens; empty: anybody who may use the API. Absent: nobody. */
  readonly approval?: readonly string[]
  readonly lost: 'rerun' | 'fail'
  readonly clone: false | CloneDefinition
  /** Relative to the workspace; absent: the workspace. */
  readonly dir?: string
  readonly shell?: string
  readonly user?: string
  readonly privileged: boolean
}

/** Commands of one shell, or a reusable step. What is absent is as the job has it. `env` and `secrets` are merged over the job's already. */
export interface StepDefinition {
  readonly name: string
  readonly work: StepWork
  /** Template. */
  readonly image?: string
  /** Templates. */
  readonly env: Readonly<Record<string, string>>
  /** Variable → name of the secret. */
  readonly secrets: Readonly<Record<string, string>>
  /** An expression; absent: `success`. */
  readonly if?: string
  /** Absent: only the timeout of the job counts. */
  readonly timeout?: Timeout
  readonly retry?: Retry
  readonly allowFailure: boolean
  readonly resources?: Resources
  readonly network?: NetworkAccess
  readonly dir?: string
  readonly shell?: string
  readonly user?: string
  readonly privileged?: boolean
  /** Neighbours with the same number run side by side. */
  readonly parallel?: number
}

/** What a step does: commands for a shell, or the built-in step. */
export type StepWork = { readonly run: string } | { readonly uses: 'image'; readonly with: ImageBuild }

/** The built-in step `image`. Texts are templates. */
export interface ImageBuild {
  /** Directory of the build context, relative to the workspace. */
  readonly context: string
  /** Relative to the context. */
  readonly file: string
  readonly args: Readonly<Record<string, string>>
  /** Full names, with the registry where there is one. */
  readonly tags: readonly string[]
  readonly push: boolean
  /** A command that must pass in a container of the new image, without network, before it is tagged. */
  readonly validate?: string
  /** `false`: builds also what was built already. */
  readonly skip: boolean
}

/** A container beside the steps, which reach it by the name `host`. */
export interface SidecarDefinition {
  readonly host: string
  /** Template. */
  readonly image: string
  /** Templates. */
  readonly env: Readonly<Record<string, string>>
  /** A command inside it that succeeds once it is ready. Template. */
  readonly ready?: string
  readonly resources: Resources
}

/** Files that are kept from one build to the next. */
export interface CacheDefinition {
  /** Relative to the workspace, absolute, or below `~`. */
  readonly paths: readonly string[]
  /** Template, or the files whose content makes the key; absent: the lock files found. */
  readonly key?: string | { readonly files: readonly string[] }
  /** Who reads it: the branch and what wants to go there, or every branch of the repository (written by trusted commits of branches). */
  readonly scope: 'branch' | 'repository'
}

/** Files that stay when the job is over. `paths` are globs in the workspace. */
export interface ArtifactsDefinition {
  readonly paths: readonly string[]
  readonly if: 'success' | 'failure' | 'always'
  readonly keepMs: number
}

/** Globs of files in the workspace. */
export interface ReportsDefinition {
  readonly junit: readonly string[]
  readonly coverage: readonly string[]
  readonly annotations: readonly string[]
}

/** How long something may take; at least one of the two is there. */
export interface Timeout {
  readonly totalMs?: number
  /** Without output. */
  readonly silenceMs?: number
}

/** How often something that failed is tried again. */
export interface Retry {
  /** After the first. */
  readonly max: number
  /** Exit codes and classes; absent: every failure. */
  readonly on?: { readonly exitCodes: readonly number[]; readonly classes: readonly RetryClass[] }
  readonly delayMs: number
}

/** Why something failed, for `Retry`. */
export type RetryClass = 'failed' | 'timeout' | 'out-of-memory'

/** How many builds or jobs of a group go at once. Groups belong to their repository. */
export interface Concurrency {
  /** Template. */
  readonly group: string
  /** How many at once. */
  readonly limit: number
  /** A newer one cancels those before it. */
  readonly cancelSuperseded: boolean
}

/** What containers may use at the most; what is absent is bounded by the runner alone. */
export interface Resources {
  readonly cpu?: number
  readonly memoryBytes?: number
  readonly pids?: number
  readonly diskBytes?: number
}

/** `internal`: only the sidecars. */
export type NetworkAccess = 'outbound' | 'internal' | 'none'

/** How the commit comes into the workspace. */
export interface CloneDefinition {
  /** Commits; 0: the whole history. */
  readonly depth: number
  readonly tags: boolean
  readonly submodules: boolean
  readonly lfs: boolean
}

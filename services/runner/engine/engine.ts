import type { Clock, Log } from '@narwhal/host'

// The port to what runs containers. Order of calls, for one attempt:
//
//   provideImage → startContainer → runStep, runStep, … (one at a time) → dispose
//
// 1. `removeLeftovers` comes first in the life of a runner, and may be called again at any time.
// 2. `startContainer` may run beside the checkout: it needs both directories to exist, not to be filled.
// 3. Every promise rejects with a problem, or with `signal.reason` once the signal is aborted.
//    Problems with a code that is `retried` are the machine's fault, the others are the user's.
// 4. After an abort, `kill` or CONTAINER_GONE the container is of no more use but to be disposed.
// 5. `kill` and dispose may be called at any time, again, and at once; they never reject.

/** Runs the containers of a runner. Disposing removes the containers and networks that this engine made and still has. */
export interface Engine extends AsyncDisposable {
  /** `false`: steps never look at the workspace, so the runner need not check out. */
  readonly usesWorkspace: boolean
  /** `ready`, or a sentence that says what does not answer. */
  readiness(options: { readonly signal: AbortSignal }): Promise<'ready' | string>
  /**
   * Resolves once `image` is present, pulling it if it is not. Calls for the same image share one pull, which ends
   * when the last of them is aborted.
   *
   * @throws IMAGE_NOT_FOUND, IMAGE_PULL_FAILED, DISK_FULL, ENGINE_GONE.
   */
  provideImage(image: string, options: { readonly signal: AbortSignal }): Promise<void>
  /** A container will probably be started soon: lays ready, in the background, what takes time. May be called at any time. */
  expectContainer(runnerId: string): void
  /**
   * Creates and starts the container of an attempt, in a network of its own. The image must be present.
   *
   * @throws IMAGE_NOT_FOUND, IMAGE_WITHOUT_SHELL, ENGINE_NETWORKS_FULL, DISK_FULL, ENGINE_REFUSED, ENGINE_GONE; nothing is left behind then.
   */
  startContainer(spec: ContainerSpec, options: { readonly signal: AbortSignal }): Promise<Container>
  /**
   * Removes each container (with its volumes) and each network labelled with `runnerId`, but those of the attempts in
   * `keep` and networks that this engine holds. Their directories can be removed then. Returns how many it removed.
   */
  removeLeftovers(runnerId: string, keep: ReadonlySet<string>): Promise<number>
}

/** What the container of an attempt is made of. Both paths are absolute, on the machine of the engine; the engine opens their modes to 0777. */
export interface ContainerSpec {
  readonly runnerId: string
  readonly attemptId: string
  readonly image: string
  /** For every step. Whoever may inspect containers can read it: no secrets. */
  readonly env: Readonly<Record<string, string>>
  /** Becomes /workspace. */
  readonly workspacePath: string
  /** Becomes /narwhal; scripts and logs of steps are in it. Whatever else is in it comes from the job: hostile. */
  readonly spoolPath: string
  readonly limits?: ContainerLimits
}

/** By default 2 GiB (memory and swap together), 512 processes, all CPUs. */
export interface ContainerLimits {
  readonly memoryBytes?: number
  readonly pids?: number
  readonly cpus?: number
}

/**
 * A started container. Disposing kills and removes it, its volumes and its network, also when it is gone already. Then
 * the runner can remove both directories, though what is in them belongs to other users.
 */
export interface Container extends AsyncDisposable {
  /**
   * Runs `script` by `sh -e` in /workspace, stdin empty. stdout and stderr go, in order, to the file
   * `stepLogPath(spoolPath, index)`: made anew when the step starts, complete when this resolves.
   *
   * Resolves when the shell of the step has ended; processes that it left in the background live on, but what they
   * write from then on (a grace of 1 s, while they hold the output open) is not logged.
   * Aborting kills the container, because an exec cannot be stopped, and rejects with `signal.reason`.
   *
   * @throws IMAGE_WITHOUT_SHELL, CONTAINER_GONE, DISK_FULL, ENGINE_REFUSED, ENGINE_GONE.
   */
  runStep(step: StepSpec, options: { readonly signal: AbortSignal }): Promise<StepEnd>
  kill(): Promise<void>
}

export interface StepSpec {
  /** Unique among the steps of the spool. */
  readonly index: number
  readonly script: string
  readonly env: Readonly<Record<string, string>>
  /** What goes beyond is thrown away. The file may exceed it by less than 512 bytes: readers stop at the cap. */
  readonly logCapBytes: number
}

export interface StepEnd {
  /** 0 to 255; 128 + n when a signal ended the shell. */
  readonly exitCode: number
  /** The step failed, and the kernel had killed something in the container for want of memory. */
  readonly outOfMemory: boolean
}

export interface EngineDeps {
  readonly clock: Clock
  readonly log: Log
  /** The value of DOCKER_HOST, for `docker:` without a path. Only local sockets are taken. */
  readonly dockerHost?: string | undefined
}

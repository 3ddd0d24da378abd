import type { Clock, Log } from '@narwhal/host'
import type { NetworkAccess, Resources } from '@narwhal/pipeline'

// The port to what runs containers. Order of calls, for one attempt:
//
//   provideImage (of everything) → openNetwork → startSidecar, … → startContainer → unpackFiles, …
//     → runStep, runStep, … → packFiles, … → dispose the containers and sidecars → dispose the network
//
// and for one that a former life of the runner has begun:
//
//   adoptNetwork → adoptContainer, … → awaitStep, … → as above
//
// 1. `removeLeftovers` comes first in the life of a runner, beside `adoptNetwork`, and may be called again at any time.
// 2. `startContainer` may run beside the checkout: it needs both directories to exist, not to be filled.
// 3. Every promise rejects with a problem, or with `signal.reason` once the signal is aborted.
//    Problems with a code that is `retried` are the machine's fault, the others are the user's.
// 4. After an abort, `kill`, CONTAINER_GONE or LEASE_LOST a container is of no more use but to be disposed. Another one may be
//    started in the same network, on the same workspace.
// 5. `kill` and dispose may be called at any time, again, and at once; they never reject.
// 6. Steps of one container may run side by side; an abort of one kills the container, and so the others.

/** Runs the containers of a runner. Disposing removes the containers and networks that this engine made and still has. */
export interface Engine extends AsyncDisposable {
  /** `false`: steps never look at the workspace, so the runner need not check out. */
  readonly usesWorkspace: boolean
  /** Such as `linux/amd64`. */
  readonly platform: string
  /** `ready`, or a sentence that says what does not answer. */
  readiness(options: { readonly signal: AbortSignal }): Promise<'ready' | string>
  /** Where steps find the two directories of an attempt. */
  insidePaths(paths: AttemptPaths): AttemptPaths
  /**
   * Resolves once `image` is present, pulling it if it is not. Calls for the same image share one pull, which ends
   * when the last of them is aborted.
   *
   * @returns a digest of its content, `''` when the engine knows none.
   * @throws IMAGE_NOT_FOUND, IMAGE_PULL_FAILED, DISK_FULL, ENGINE_GONE.
   */
  provideImage(image: string, options: { readonly signal: AbortSignal }): Promise<string>
  /** A container will probably be started soon: lays ready, in the background, what takes time. May be called at any time. */
  expectContainer(runnerId: string): void
  /**
   * The network of an attempt, with nobody in it.
   *
   * @throws ENGINE_NETWORKS_FULL, ENGINE_REFUSED, ENGINE_GONE.
   */
  openNetwork(spec: NetworkSpec, options: { readonly signal: AbortSignal }): Promise<AttemptNetwork>
  /**
   * The network of an attempt that a former life of this runner opened, with the sidecars that are in it. Of the containers
   * for steps those stay that are named; the others are removed.
   *
   * Absent where nothing outlives a runner that is killed, or nobody can wait for it.
   *
   * @throws ENGINE_REFUSED, ENGINE_GONE.
   */
  readonly adoptNetwork?: (spec: NetworkSpec, options: AdoptOptions) => Promise<AdoptedNetwork>
  /** Images that steps have built. */
  readonly built: BuiltImages
  /**
   * Removes each container (with its volumes) and each network labelled with `runnerId`, but those of the attempts in
   * `keep` and networks that this engine holds. Their directories can be removed then. Returns how many it removed.
   */
  removeLeftovers(runnerId: string, keep: Pick<ReadonlySet<string>, 'has'>): Promise<number>
}

/** Directories of an attempt; whatever comes from the spool is the job's own words: hostile. */
export interface AttemptPaths {
  readonly workspacePath: string
  readonly spoolPath: string
}

export interface NetworkSpec {
  readonly runnerId: string
  readonly attemptId: string
  readonly access: NetworkAccess
}

/** A network of an attempt. Disposing removes it, or keeps it ready for the next attempt, once nobody is in it. */
export interface AttemptNetwork extends AsyncDisposable {
  /**
   * Creates and starts a container for steps. The image must be present.
   *
   * @throws IMAGE_NOT_FOUND, IMAGE_WITHOUT_SHELL, DISK_FULL, ENGINE_REFUSED, ENGINE_GONE; nothing is left behind then.
   */
  startContainer(spec: ContainerSpec, options: { readonly signal: AbortSignal }): Promise<Container>
  /**
   * Creates and starts a container with its own entry point, that the others find under its host name.
   *
   * @throws as `startContainer`, but for the shell.
   */
  startSidecar(spec: SidecarSpec, options: { readonly signal: AbortSignal }): Promise<Sidecar>
  /**
   * Builds an image from a directory of the workspace, in this network. Its output goes to `onOutput`.
   *
   * @returns the digest of the image.
   * @throws IMAGE_BUILD_FAILED (a command of the Dockerfile said no), IMAGE_BUILD_UNSUPPORTED, DISK_FULL, ENGINE_GONE.
   */
  buildImage(spec: ImageBuildSpec, options: { readonly signal: AbortSignal }): Promise<string>
}

export interface AdoptOptions {
  /** Ids of containers. */
  readonly containers: readonly string[]
  readonly signal: AbortSignal
}

/** A network that was opened by a former life of the runner. */
export interface AdoptedNetwork extends AttemptNetwork {
  /**
   * A container that was started in it. That it is gone shows at its next step.
   *
   * @param spec what it was started with.
   * @throws IMAGE_NOT_FOUND, ENGINE_GONE.
   */
  adoptContainer(id: string, spec: ContainerSpec): Promise<Container>
}

/** What the container of an attempt is made of. Both paths are absolute, on the machine of the engine; the engine opens their modes to 0777. */
export interface ContainerSpec extends AttemptPaths {
  readonly image: string
  /**
   * A directory with a file `left` that is written whenever the attempt's lease is renewed, where the engine can see to it
   * that the container ends by itself when that stops. Absent: it does not.
   */
  readonly leasePath?: string
  /** For every step. Whoever may inspect containers can read it: no secrets. */
  readonly env: Readonly<Record<string, string>>
  /** Another access than the network's, for steps that want less. */
  readonly access?: NetworkAccess
  /** Name or number; absent: that of the image. */
  readonly user?: string
  /** All capabilities and devices: for repositories that the runner's owner allows. */
  readonly privileged?: boolean
  /** By default 2 GiB (memory and swap together), 512 processes, all CPUs. */
  readonly resources?: Resources
}

/** A container beside the steps. */
export interface SidecarSpec {
  readonly host: string
  readonly image: string
  readonly env: Readonly<Record<string, string>>
  /** A command inside it; absent: its HEALTHCHECK, else that a port that it exposes takes connections. */
  readonly ready?: string
  readonly resources?: Resources
}

/** A started sidecar. Disposing removes it and its volumes. */
export interface Sidecar extends AsyncDisposable {
  /**
   * Resolves once it is ready; one without anything to ask is ready when it runs.
   *
   * @throws SIDECAR_ENDED, with the last lines of its output; ENGINE_GONE.
   */
  untilReady(options: { readonly signal: AbortSignal }): Promise<void>
  /** The last lines of what it wrote. */
  lastOutput(): Promise<string>
}

/** What the step `uses: image` does with images once they are built. An image is named by its digest or any of its tags. */
export interface BuiltImages {
  /** The digest of an image with this label that is here, or that the registry has under `tag`. */
  find(label: string, options: { readonly tag?: string; readonly signal: AbortSignal }): Promise<string | undefined>
  /** @throws ENGINE_REFUSED for a name that is none. */
  tag(image: string, tag: string, options: { readonly signal: AbortSignal }): Promise<void>
  /** @throws IMAGE_PUSH_FAILED. */
  push(tag: string, options: { readonly signal: AbortSignal }): Promise<void>
  /** That it is gone already is fine. */
  remove(image: string, options: { readonly signal: AbortSignal }): Promise<void>
}

export interface ImageBuildSpec {
  /** A tar of the build context. */
  readonly context: AsyncIterable<Uint8Array>
  /** Relative to the context. */
  readonly file: string
  readonly args: Readonly<Record<string, string>>
  /** `key=value`, which `BuiltImages.find` looks for. */
  readonly label: string
  readonly onOutput: (text: string) => void
}

/**
 * A started container. Disposing kills and removes it and its volumes, also when it is gone already. Then the runner can
 * remove both directories, though what is in them belongs to other users.
 */
export interface Container extends AsyncDisposable {
  /** By which it can be adopted; '' where it cannot. */
  readonly id: string
  /**
   * Runs `script` by `shell`, stdin empty. stdout and stderr go, in order, to the file `stepLogPath(spoolPath, index)`:
   * made anew when the step starts unless `append`, complete when this resolves.
   *
   * Resolves when the shell of the step has ended; processes that it left in the background live on, but what they
   * write from then on (a grace of 1 s, while they hold the output open) is not logged.
   * Aborting kills the container, because an exec cannot be stopped, and rejects with `signal.reason`.
   *
   * @throws IMAGE_WITHOUT_SHELL, CONTAINER_GONE, LEASE_LOST (the container has ended by itself), STEP_DIRECTORY_MISSING,
   *   DISK_FULL, ENGINE_REFUSED, ENGINE_GONE.
   */
  runStep(step: StepSpec, options: StepOptions): Promise<StepEnd>
  /**
   * Waits for a step that a former life of the runner started in this container, which was adopted. Everything else is as
   * with `runStep`.
   *
   * @param exec what `begins` was told.
   */
  awaitStep?(exec: string, step: StepSpec, options: Pick<StepOptions, 'signal'>): Promise<StepEnd>
  /**
   * A tar of what is at `path`: relative to the workspace, absolute, or below `~`. Links are packed as links. The names
   * in it begin with the last part of `path`. Absent when there is nothing. It must be read, and until it is read to
   * its end nothing else may be awaited of this container.
   *
   * @throws CONTAINER_GONE, ENGINE_GONE, also while it is read.
   */
  packFiles(path: string, options: { readonly signal: AbortSignal }): Promise<AsyncIterable<Uint8Array> | undefined>
  /**
   * Unpacks a tar into the directory at `path` (as above), which is made when it is not there. It never gets outside of
   * the container: names and links lead nowhere else. The files belong to the user of the steps.
   *
   * @throws CONTAINER_GONE, DISK_FULL, ENGINE_GONE, what `tar` throws.
   */
  unpackFiles(path: string, tar: AsyncIterable<Uint8Array>, options: { readonly signal: AbortSignal }): Promise<void>
  kill(): Promise<void>
}

export interface StepOptions {
  readonly signal: AbortSignal
  /** Called, where containers can be adopted, before anything of the step runs; it starts once this has resolved. */
  readonly begins?: (exec: string) => Promise<unknown>
}

export interface StepSpec {
  /** Unique among the steps of the spool. */
  readonly index: number
  readonly script: string
  readonly env: Readonly<Record<string, string>>
  /** What goes beyond is thrown away. The file may exceed it by less than 512 bytes: readers stop at the cap. */
  readonly logCapBytes: number
  /** The step is tried again: its log goes on, and `logCapBytes` counts from its end. */
  readonly append?: boolean
  /** Relative to the workspace; absent: the workspace. */
  readonly dir?: string
  /** The shell and its options; absent: `sh -e`. */
  readonly shell?: string
  /** Absent: the user of the container. */
  readonly user?: string
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
  /** The value of XDG_RUNTIME_DIR, for `podman:` without a path. */
  readonly runtimeDirectory?: string | undefined
  /** The PATH of steps that run as plain processes; absent: that of a bare system. */
  readonly path?: string | undefined
  /** Who we are at registries: host → user and password. */
  readonly registries?: Readonly<Record<string, RegistryLogin>> | undefined
}

/** User and password at a registry. */
export interface RegistryLogin {
  readonly username: string
  readonly password: string
}

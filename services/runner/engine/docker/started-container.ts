import type { ContainerSpec } from '../engine.ts'
import type { ContainerPlace } from './container-profile.ts'
import type { DockerDeps } from './docker-deps.ts'
import type { ImageDescription } from './images.ts'
import type { WorkspaceOwner } from './workspace-owner.ts'

/** What a container for steps is started with. */
export interface StartDeps extends DockerDeps {
  readonly place: ContainerPlace
  readonly workspace: WorkspaceOwner
  readonly signal: AbortSignal
}

/** What is known of a container for steps once it has started. */
export interface StartedContainer extends StartDeps {
  readonly spec: ContainerSpec
  readonly image: ImageDescription
  /** Removes the container. */
  readonly owned: AsyncDisposable
}

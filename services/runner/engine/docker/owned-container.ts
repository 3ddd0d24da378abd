import type { Clock, Log } from '@narwhal/host'
import type Docker from 'dockerode'
import type { ContainerPlace } from './container-profile.ts'
import { retireContainer } from './retire-container.ts'

export interface OwnedDeps {
  readonly docker: Docker
  readonly place: ContainerPlace
  readonly clock: Clock
  readonly log: Log
}

/** Disposing kills and removes a container; it never rejects. */
export function ownedContainer(container: Docker.Container, deps: OwnedDeps): AsyncDisposable {
  const { log, place } = deps
  return {
    [Symbol.asyncDispose]: () =>
      retireContainer(container, deps).catch((error: unknown) =>
        log.error(
          { err: error, attemptId: place.attemptId },
          'A container was left behind; it is removed within a minute',
        ),
      ),
  }
}

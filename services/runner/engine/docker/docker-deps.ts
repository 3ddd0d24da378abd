import type { Clock, Log } from '@narwhal/host'
import type Docker from 'dockerode'
import type { ContainerEvents } from './container-events.ts'
import type { Images } from './images.ts'
import type { Networks } from './networks.ts'
import type { Logins } from './registry-logins.ts'

/** What every network and container of an engine shares. */
export interface DockerDeps {
  readonly docker: Docker
  /** Without a timeout: for what may be silent for long. */
  readonly streaming: Docker
  readonly networks: Networks
  readonly events: ContainerEvents
  readonly images: Images
  readonly logins: Logins
  /** Podman speaks Docker's API, too, but for a few words. */
  readonly isPodman: boolean
  readonly clock: Clock
  readonly log: Log
}

import type { Clock, Log } from '@narwhal/host'
import type Docker from 'dockerode'
import type { ContainerEvents } from './container-events.ts'
import type { Networks } from './networks.ts'

/** What every container of an engine shares. */
export interface DockerContainerDeps {
  readonly docker: Docker
  readonly networks: Networks
  readonly events: ContainerEvents
  readonly userOf: (image: string) => Promise<string>
  readonly clock: Clock
  readonly log: Log
}

import type { Blobs } from '@narwhal/blobs'
import type { World } from '../core/world.ts'
import type { Drawn, DrawnCommit } from '../drawing/drawn.ts'
import type { Broker } from '../world/broker.ts'
import type { Engine } from '../world/engine.ts'
import type { Forge } from '../world/forge.ts'
import type { Network } from '../world/network.ts'
import type { StorePort } from '../world/store/store-port.ts'

/** What machines find around them. */
export interface Around {
  readonly world: World
  readonly drawn: Drawn
  readonly network: Network
  readonly broker: Broker
  readonly store: StorePort
  readonly blobs: Blobs
  readonly engine: Engine
  readonly forge: Forge
  readonly webhookSecret: string
  readonly apiToken: string
  readonly runnerToken: string
  readonly commitOf: (sha: string) => DrawnCommit | undefined
}

import type { Clock, HttpClient } from '@narwhal/host'
import type { Offer } from '@narwhal/protocol'
import type { AttemptDirectories } from '../attempt.ts'
import type { Engine } from '../engine/engine.ts'
import type { Masker } from '../steps/masker.ts'

/** What of the work of an attempt is needed to bring files in and to take them out. */
export interface ProduceWork {
  readonly offer: Offer
  readonly engine: Engine
  readonly directories: AttemptDirectories
  readonly client: HttpClient
  readonly dispatcherUrl: string
  readonly masker: Pick<Masker, 'mask'>
  readonly clock: Clock
  readonly signal: AbortSignal
}

import type { ReportView } from '@narwhal/protocol'

// What came in from outside beside what is decided here. Every time is in milliseconds since the Unix epoch.

/** What makes two copies of one delivery the same: one of the two is enough. */
export interface DeliveryKeys {
  /** The forge's id of the delivery, with the host of the forge. */
  readonly delivery: string
  /** Our own id of the secret that verified the body, and the SHA-256 of the body. */
  readonly secretId: string
  readonly sha256: string
}

/** Deliveries that became builds, for ever. */
export interface DeliveryTable {
  /** The build of a delivery that has one of these keys. */
  findBuild(keys: DeliveryKeys): Promise<string | undefined>
  /** Throws when one of the keys is there already. */
  insert(delivery: DeliveryKeys & { readonly buildId: string; readonly at: number }): Promise<void>
}

/** A message that could not be taken. */
export interface QuarantinedMessage {
  readonly id: string
  readonly topic: string
  /** The sender's id of the message; may be anything. */
  readonly messageId: string
  readonly body: string
  readonly because: string
  /** When it came, or was tried the last time. */
  readonly at: number
}

/** Messages that could not be taken. One that was taken at last stays, and is not listed. */
export interface QuarantineTable {
  /** Puts a message aside. The same one again (topic, id and body), at another time, gets the new reason and is listed again. */
  put(message: QuarantinedMessage): Promise<void>
  /** Also one that was taken at last. */
  find(id: string): Promise<QuarantinedMessage | undefined>
  /** Newest first; only those before `after`. */
  list(filter: { readonly limit: number; readonly after?: string }): Promise<readonly QuarantinedMessage[]>
  /** It was taken at last. */
  settle(id: string, takenAt: number): Promise<void>
  /** Listed ones by topic. */
  count(): Promise<Readonly<Record<string, number>>>
}

/** What the newest report about a build did at one target. */
export interface ReportRecord {
  readonly buildId: string
  /** Number of the event about the build that was told. */
  readonly sequence: number
  readonly report: ReportView
}

/** What reporters told. A build has one report of each target: the newest. */
export interface ReportTable {
  /** An older one than is there changes nothing. */
  put(record: ReportRecord): Promise<void>
  /** By target. */
  ofBuilds(buildIds: readonly string[]): Promise<readonly ReportRecord[]>
}

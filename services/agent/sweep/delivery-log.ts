/** One try of a forge to deliver something, as its log has it. */
export interface LoggedDelivery {
  /** Of this try. */
  readonly id: string
  /** The same for every try of one delivery: what the header X-GitHub-Delivery says. */
  readonly guid: string
  /** Such as `push`. */
  readonly event: string
  /** Milliseconds since the epoch, by the forge's clock. */
  readonly deliveredAt: number
  /** What we answered; 0 when nothing did. */
  readonly statusCode: number
}

/** What a forge remembers of the deliveries of one webhook, for three days at the least. */
export interface DeliveryLog {
  /** What was swept is remembered by it. */
  readonly name: string
  /** The newest first. */
  list(signal: AbortSignal): AsyncIterable<LoggedDelivery>
  /** What was to be delivered: the payload of the event, as the webhook would have brought it. */
  payload(id: string, signal: AbortSignal): Promise<unknown>
}

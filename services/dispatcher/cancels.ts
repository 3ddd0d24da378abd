/** A job that is to be cancelled, in the same transaction, because of something that happened to another one. */
export interface Cancel {
  readonly jobId: string
  readonly because: string
}

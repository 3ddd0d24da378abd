/** Goes on while nobody waits. An error is one that nobody hears of: the lane that simulates it does. */
export function inBackground(work: Promise<unknown>): void {
  work.catch((error: unknown) => process.emit('unhandledRejection', error, work))
}

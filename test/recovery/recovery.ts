import type { TestRabbitmq } from '../setup/start-rabbitmq.ts'

/** One line of the table: something dies, and how long it takes until all is well again. */
export interface Recovery {
  readonly id: string
  /** What is measured, from when to when. */
  readonly what: string
  /** In milliseconds; absent where nothing is promised but that it comes to pass. */
  readonly goalMs?: number
  /** How often it is done unless told otherwise. */
  readonly times: number
  /** Opens what all its runs share. */
  open(context: RecoveryContext): Promise<RecoveryRig>
}

/** What the runs of a recovery share. */
export interface RecoveryRig extends AsyncDisposable {
  /** Does it once, looks whether everything is as promised, and throws if it is not; the milliseconds that it took. */
  run(number: number): Promise<number>
  /** What is promised of all runs together; throws if it is not so. */
  expectWhole?(): Promise<void>
  /** The last lines of every log, for a run that failed. */
  printLogs(): Promise<void>
}

export interface RecoveryContext {
  readonly broker: TestRabbitmq
  /** Length of the broker's outage in seconds, and webhooks sent in each of them. */
  readonly outageSeconds: number
  readonly rate: number
  /** Says how far it is. */
  print(line: string): void
}

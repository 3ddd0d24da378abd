import type {
  AttemptRecord,
  BuildRecord,
  ChunkRecord,
  DeliveryKeys,
  JobRecord,
  OutboxRecord,
  QuarantinedMessage,
  ReportRecord,
  RunnerRecord,
} from '@narwhal/store'
import { Rows } from './rows.ts'

/** A build with the keys that no other unfinished build may have. */
export interface PlainBuild extends BuildRecord {
  readonly openKeys?: { readonly event: string; readonly commit: string }
}

export interface PlainAttempt extends AttemptRecord {
  readonly renewals: number
}

export interface PlainQuarantined extends QuarantinedMessage {
  readonly takenAt: number | undefined
}

/** All tables. */
export interface PlainRows {
  readonly builds: Rows<PlainBuild>
  readonly numbers: Rows<number>
  readonly jobs: Rows<JobRecord>
  readonly attempts: Rows<PlainAttempt>
  readonly chunks: Rows<readonly ChunkRecord[]>
  readonly runners: Rows<RunnerRecord>
  readonly messages: Rows<string>
  readonly quarantine: Rows<PlainQuarantined>
  readonly deliveries: Rows<DeliveryKeys & { readonly buildId: string }>
  readonly reports: Rows<ReportRecord>
  readonly answers: Rows<{ readonly request: string; readonly buildId: string }>
  readonly outbox: Rows<{ readonly place: number; readonly message: OutboxRecord }>
}

export function openPlainRows(): PlainRows {
  return {
    builds: new Rows(),
    numbers: new Rows(),
    jobs: new Rows(),
    attempts: new Rows(),
    chunks: new Rows(),
    runners: new Rows(),
    messages: new Rows(),
    quarantine: new Rows(),
    deliveries: new Rows(),
    reports: new Rows(),
    answers: new Rows(),
    outbox: new Rows(),
  }
}

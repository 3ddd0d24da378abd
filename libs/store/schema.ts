import type { Generated } from 'kysely'

/** The tables as they lie on disk. States, commits and lists are JSON text; columns beside them serve keys and searches. */
export interface Schema {
  readonly builds: {
    id: string
    repository: string
    repository_name: string
    number: number
    ref: string
    sha: string
    commit_json: string
    state: string
    state_json: string
    created_at: number
    resubmit_of: string | null
    sequence: number
    concurrency_json: string | null
    concurrency_group: string | null
    concurrency_limit: number
    has_begun: number
    open_event: string | null
    open_commit: string | null
    revision: number
  }
  readonly build_numbers: { repository: string; newest: number }
  readonly jobs: {
    id: string
    build_id: string
    kind: string
    name: string
    position: number
    repository: string
    trust: string
    planned_json: string | null
    produced_json: string | null
    runs_on: string
    priority: number
    longest_wait_ms: number
    concurrency_group: string | null
    concurrency_limit: number
    reuse_key: string | null
    passed_at: number | null
    state: string
    state_json: string
    queued_at: number
    not_before_at: number
    approved_by: string | null
    taken_from: string | null
    attempts: number
    revision: number
  }
  readonly attempts: {
    id: string
    job_id: string
    number: number
    runner_id: string
    runner_name: string
    token_hash: string
    state: string
    state_json: string
    steps_json: string
    reported: number
    renewals: number
    log_step: number
    log_step_bytes: number
    log_bytes: number
    log_sha256: string | null
    exit_code: number | null
    log_blob: string | null
    revision: number
  }
  readonly chunks: {
    attempt_id: string
    step: number
    offset_bytes: number
    position: number
    at: number
    bytes: Uint8Array
  }
  readonly runners: {
    id: string
    name: string
    url: string
    slots: number
    labels_json: string
    registered_at: number
    heartbeats: number
    life: string
  }
  readonly messages: { id: string; event_key: string; build_id: string; at: number }
  readonly deliveries: { delivery: string; secret_id: string; sha256: string; build_id: string; at: number }
  readonly quarantine: {
    id: string
    topic: string
    body: string
    because: string
    at: number
    message_id: string | null
    message_key: string | null
    taken_at: number | null
  }
  readonly reports: { build_id: string; target: string; sequence: number; report_json: string }
  readonly answers: { key: string; request: string; build_id: string; at: number }
  readonly outbox: {
    place: Generated<number>
    id: string
    topic: string
    build_id: string
    sequence: number
    body: string
  }
  readonly blobs: {
    repository: string
    trust: string
    sha256: string
    bytes: number
    key: string
    uploaded_at: number
    keep_until: number
  }
  readonly caches: {
    repository: string
    trust: string
    scope: string
    key: string
    sha256: string
    bytes: number
    created_at: number
    used_at: number
  }
  readonly marks: {
    name: string
    at: number
  }
  readonly secrets: {
    repository: string
    name: string
    version: number
    wrapped_key: Uint8Array
    nonce: Uint8Array
    ciphertext: Uint8Array
    changed_at: number
  }
}

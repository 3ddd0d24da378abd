import { appendFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One thing that happened, in the order in which the rig saw it. */
export interface Entry {
  /** Milliseconds since the ledger was opened. */
  readonly at: number
  readonly kind: string
  readonly [detail: string]: unknown
}

/** What the rig saw, outside of the product: on disk as lines of JSON, and in memory. Disposing removes it unless it is kept. */
export interface Ledger extends AsyncDisposable {
  /** Its directory, with everything of the rig below it. */
  readonly root: string
  note(kind: string, details: Readonly<Record<string, unknown>>): void
  entries(kind?: string): readonly Entry[]
  /** In milliseconds since the epoch. */
  readonly openedAt: number
  /** Milliseconds since it was opened. */
  now(): number
  /** Nothing is removed. */
  keep(): void
}

export async function openLedger(): Promise<Ledger> {
  const root = await mkdtemp(join(tmpdir(), 'narwhal-chaos-'))
  const path = join(root, 'ledger.jsonl')
  const openedAt = performance.now()
  const entries: Entry[] = []
  let isKept = false
  const now = () => Math.round(performance.now() - openedAt)
  return {
    root,
    openedAt: Date.now(),
    now,
    note(kind, details) {
      const entry = { at: now(), kind, ...details }
      entries.push(entry)
      appendFileSync(path, `${JSON.stringify(entry)}\n`)
    },
    entries: (kind) => (kind === undefined ? entries : entries.filter((entry) => entry.kind === kind)),
    keep() {
      isKept = true
    },
    async [Symbol.asyncDispose]() {
      if (!isKept) await rm(root, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

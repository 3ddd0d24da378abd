import { createHash } from 'node:crypto'
import type { JobDefinition } from './pipeline.ts'

/** SHA-256 of the job as canonical JSON (keys sorted, no white space), in 64 hex digits. */
export function digestJob(job: JobDefinition): string {
  return createHash('sha256').update(canonicalJson(job)).digest('hex')
}

/** JSON with sorted keys and without white space; what is `undefined` is left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`).join(',')}}`
}

import { parseDuration } from '../parse-duration.ts'
import { parseSize } from '../parse-size.ts'
import type { CloneDefinition, Concurrency, Resources, Retry, RetryClass, Timeout } from '../pipeline.ts'
import type { JobInFile } from '../schema/jobs.ts'
import { withoutAbsent } from './without-absent.ts'

/** Absent without a timeout. */
export function timeoutFromFile(timeout: JobInFile['timeout']): Timeout | undefined {
  if (timeout === undefined) return undefined
  const { total, silence } = typeof timeout === 'string' ? { total: timeout } : timeout
  return withoutAbsent({ totalMs: parseDuration(total ?? ''), silenceMs: parseDuration(silence ?? '') })
}

/** Absent without a retry. */
export function retryFromFile(retry: JobInFile['retry']): Retry | undefined {
  if (retry === undefined) return undefined
  const { max, on, delay = '0s' } = typeof retry === 'number' ? { max: retry } : retry
  return withoutAbsent({ max, on: on && causesOf(on), delayMs: parseDuration(delay) ?? 0 })
}

function causesOf(on: readonly (number | RetryClass)[]): Retry['on'] {
  return {
    exitCodes: on.filter((cause) => typeof cause === 'number'),
    classes: on.filter((cause) => typeof cause === 'string'),
  }
}

/** Absent without a group. */
export function concurrencyFromFile(concurrency: JobInFile['concurrency']): Concurrency | undefined {
  if (concurrency === undefined) return undefined
  const { group, limit = 1, cancel } = typeof concurrency === 'string' ? { group: concurrency } : concurrency
  return { group, limit, cancelSuperseded: cancel === 'superseded' }
}

/** Empty without limits. */
export function resourcesFromFile({ cpu, memory, pids, disk }: NonNullable<JobInFile['resources']> = {}): Resources {
  const memoryBytes = parseSize(memory ?? '')
  return withoutAbsent({ cpu, memoryBytes, pids, diskBytes: parseSize(disk ?? '') })
}

/** The commit alone unless more is asked for. */
export function cloneFromFile(clone: JobInFile['clone'] = true): false | CloneDefinition {
  if (clone === false) return false
  const { depth = 1, tags = false, submodules = false, lfs = false } = clone === true ? {} : clone
  return { depth, tags, submodules, lfs }
}

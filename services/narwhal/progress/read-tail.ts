import type { Store } from '@narwhal/store'
import type { Api } from '../api/open-api.ts'
import { readLog } from '../api/read-log.ts'
import { openTextCleaner } from '../clean-text.ts'
import type { FailedStep } from './describe-progress.ts'

const lastLines = 20
const lastBytes = 16_384

export interface TailDeps {
  readonly api: Api
  readonly store: Store
  readonly colours: boolean
  readonly signal: AbortSignal
}

/** The last lines of a step that ended its attempt; empty when it wrote nothing. */
export async function readTail(
  step: FailedStep,
  { api, store, colours, signal }: TailDeps,
): Promise<readonly string[]> {
  const { jobId, attempt, attemptId } = step
  const record = await store.transaction(({ attempts }) => attempts.find(attemptId))
  const end = record?.logEnd
  if (end === undefined || end.step !== step.step || end.stepBytes === 0) return []
  const start = end.bytes - Math.min(end.stepBytes, lastBytes)
  const cleaner = openTextCleaner({ colours })
  let text = ''
  for await (const piece of readLog(api, { jobId, attempt, start, signal })) text += cleaner.take(piece)
  const lines = text.trimEnd().split('\n').slice(-lastLines)
  return text.includes('\x1b[') ? [...lines.slice(0, -1), `${lines.at(-1)}\x1b[0m`] : lines // a colour that was left on
}

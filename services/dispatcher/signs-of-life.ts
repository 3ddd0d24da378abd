import type { StoreTables } from '@narwhal/store'

/** What moves while a runner lives, at one moment. */
export interface SignsOfLife {
  readonly runnerId: string
  readonly life: string
  readonly heartbeats: number
  readonly attempts: readonly AttemptSigns[]
}

interface AttemptSigns {
  readonly id: string
  readonly renewals: number
  /** Counts everything that was reported. */
  readonly revision: number
}

/** The signs of a runner now; `undefined` when it is not registered. */
export async function readSigns(tables: StoreTables, runnerId: string): Promise<SignsOfLife | undefined> {
  const runner = await tables.runners.find(runnerId)
  if (runner === undefined) return undefined
  const { life, heartbeats } = runner
  const attempts: AttemptSigns[] = []
  for (const { id, renewals, runnerId: holder } of await tables.attempts.listHeld()) {
    const attempt = holder === runnerId ? await tables.attempts.find(id) : undefined
    if (attempt !== undefined) attempts.push({ id, renewals, revision: attempt.revision })
  }
  return { runnerId, life, heartbeats, attempts }
}

/** Whether a runner was heard of since `signs` were read, by whichever dispatcher. */
export async function isHeardSince(tables: StoreTables, signs: SignsOfLife): Promise<boolean> {
  const now = await readSigns(tables, signs.runnerId)
  if (now?.life !== signs.life || now.heartbeats !== signs.heartbeats) return true
  for (const { id, renewals, revision } of signs.attempts) {
    const held = now.attempts.find((one) => one.id === id)
    if (held === undefined ? await hasFinished(tables, id) : held.renewals !== renewals || held.revision !== revision)
      return true
  }
  return false
}

/** Its runner told the result; that it was lost, or its offer refused, is no word of the runner. */
async function hasFinished(tables: StoreTables, attemptId: string): Promise<boolean> {
  return (await tables.attempts.find(attemptId))?.state.state === 'finished'
}

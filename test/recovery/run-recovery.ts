import { quantile } from '../bench/quantile.ts'
import type { Recovery, RecoveryContext, RecoveryRig } from './recovery.ts'

/** What came out. Times are in milliseconds; NaN when no run succeeded. */
export interface Recovered {
  readonly id: string
  readonly what: string
  readonly medianMs: number
  readonly minMs: number
  readonly maxMs: number
  readonly goalMs?: number
  /** Whether the median is within the goal, and nothing failed. */
  readonly met: boolean
  readonly n: number
  readonly samplesMs: readonly number[]
  /** Which runs failed, and how. */
  readonly failures: readonly string[]
}

/** Does a recovery again and again. A run that fails is told at once and counted; the next one is tried all the same. */
export async function runRecovery(recovery: Recovery, times: number, context: RecoveryContext): Promise<Recovered> {
  const { id, what } = recovery
  const ledger: Ledger = { samplesMs: [], failures: [] }
  const fail = (which: string, error: unknown) => {
    const because = error instanceof Error ? error.message : String(error)
    ledger.failures.push(`${id}, ${which}: ${because}`)
    context.print(`${id}, ${which} FAILED: ${because}`)
  }
  context.print(`${id}: ${what}`)
  try {
    await using rig = await recovery.open(context)
    await runAll(rig, { id, times, ledger, fail, print: context.print })
  } catch (error) {
    fail('before all runs', error)
  }
  return summary(recovery, ledger)
}

interface Ledger {
  readonly samplesMs: number[]
  readonly failures: string[]
}

interface RunsOptions {
  readonly id: string
  readonly times: number
  readonly ledger: Ledger
  readonly fail: (which: string, error: unknown) => void
  readonly print: (line: string) => void
}

async function runAll(rig: RecoveryRig, { id, times, ledger, fail, print }: RunsOptions): Promise<void> {
  const tell = async (which: string, error: unknown) => {
    fail(which, error)
    await rig.printLogs()
  }
  for (let number = 1; number <= times; number++) {
    const which = `run ${number} of ${times}`
    try {
      const tookMs = await rig.run(number)
      ledger.samplesMs.push(tookMs)
      print(`${id}, ${which}: ${(tookMs / 1000).toFixed(2)} s`)
    } catch (error) {
      await tell(which, error)
    }
  }
  await rig.expectWhole?.().catch((error: unknown) => tell('after all runs', error))
}

function summary({ id, what, goalMs }: Recovery, { samplesMs, failures }: Ledger): Recovered {
  const medianMs = quantile(samplesMs, 0.5)
  const [minMs, maxMs] = [quantile(samplesMs, 0), quantile(samplesMs, 1)]
  const met = failures.length === 0 && samplesMs.length > 0 && (goalMs === undefined || medianMs <= goalMs)
  const goal = goalMs === undefined ? {} : { goalMs }
  return { id, what, medianMs, minMs, maxMs, ...goal, met, n: samplesMs.length, samplesMs, failures }
}

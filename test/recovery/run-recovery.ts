import { describeError } from '@narwhal/host'
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
  const { print } = context
  const samples: number[] = []
  const failures: string[] = []
  print(`${id}: ${what}`)
  await using rig = await recovery.open(context)
  const fail = async (which: string, error: unknown) => {
    failures.push(`${id}, ${which}: ${describeError(error)}`)
    print(`${id}, ${which} FAILED: ${describeError(error)}`)
    await rig.printLogs()
  }
  for (let number = 1; number <= times; number++) {
    const which = `run ${number} of ${times}`
    try {
      const tookMs = await rig.run(number)
      samples.push(tookMs)
      print(`${id}, ${which}: ${(tookMs / 1000).toFixed(2)} s`)
    } catch (error) {
      await fail(which, error)
    }
  }
  await expectWhole(rig).catch((error: unknown) => fail('after all runs', error))
  return summary(recovery, samples, failures)
}

async function expectWhole(rig: RecoveryRig): Promise<void> {
  await rig.expectWhole?.()
}

function summary({ id, what, goalMs }: Recovery, samplesMs: readonly number[], failures: readonly string[]): Recovered {
  const medianMs = quantile(samplesMs, 0.5)
  const [minMs, maxMs] = [quantile(samplesMs, 0), quantile(samplesMs, 1)]
  const met = failures.length === 0 && samplesMs.length > 0 && (goalMs === undefined || medianMs <= goalMs)
  const goal = goalMs === undefined ? {} : { goalMs }
  return { id, what, medianMs, minMs, maxMs, ...goal, met, n: samplesMs.length, samplesMs, failures }
}

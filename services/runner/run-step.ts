import type { StepDefinition } from '@narwhal/pipeline'
import { type Ending, problem } from '@narwhal/protocol'
import type { AttemptWork } from './attempt.ts'
import { endingOf } from './ending-of.ts'
import type { Container, StepEnd } from './engine/engine.ts'
import { stepLogPath } from './engine/step-log-path.ts'
import { stepEnvironment } from './step-environment.ts'
import { tailLog } from './tail-log.ts'
import { withinTime } from './within-time.ts'

export interface Step {
  readonly index: number
  readonly definition: StepDefinition
  readonly container: Container
  /** How much of its output is kept; below 0 when that of a step before was cut already. */
  readonly capBytes: number
}

/** Runs one step and reports its start, its output and its end. It does not throw: whatever happened is the ending. */
export async function runStep(step: Step, work: AttemptWork): Promise<{ ending: Ending; logBytes: number }> {
  const { index, capBytes } = step
  const { report, directories, clock } = work
  const log = tailLog(stepLogPath(directories.spoolPath, index), { capBytes, clock, onGrowth: report.grown })
  report.stepStarted(index, log)
  const { ending, exitCode } = await runCommands(step, work)
  await log.end()
  report.stepEnded(index, ending, exitCode)
  return { ending, logBytes: log.lengthBytes ?? 0 }
}

async function runCommands(
  { index, definition, container, capBytes }: Step,
  { clock, signal }: AttemptWork,
): Promise<{ ending: Ending; exitCode?: number }> {
  const { name, run, env, timeoutMs } = definition
  // One byte above the cap, so that a log that was cut differs from one that just fits.
  const spec = { index, script: run, env: stepEnvironment(name, env), logCapBytes: Math.max(0, capBytes) + 1 }
  try {
    const end = await withinTime((limited) => container.runStep(spec, { signal: limited }), {
      ms: timeoutMs,
      clock,
      signal,
      tooLate: () => problem('TIMEOUT_TOTAL', `Step "${name}" took longer than its ${(timeoutMs ?? 0) / 1000} s.`),
    })
    return { ending: endingOfEnd(end, name), exitCode: end.exitCode }
  } catch (error) {
    return { ending: endingOf(error) }
  }
}

function endingOfEnd({ exitCode, outOfMemory }: StepEnd, name: string): Ending {
  if (exitCode === 0) return { outcome: 'passed' }
  if (outOfMemory) return endingOf(problem('OUT_OF_MEMORY', `Step "${name}" ran out of memory.`))
  return endingOf(problem('STEP_FAILED', `Step "${name}" failed with exit code ${exitCode}.`))
}

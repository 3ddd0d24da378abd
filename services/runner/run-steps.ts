import type { JobDefinition } from '@narwhal/pipeline'
import type { Ending } from '@narwhal/protocol'
import type { AttemptWork } from './attempt.ts'
import type { Container } from './engine/engine.ts'
import { runStep } from './run-step.ts'

/** What all steps of a job may write together. */
const logCapBytes = 64 * 1024 * 1024

/** Runs steps one after the other until one does not pass; those behind it are skipped. The ending is that one's. */
export async function runSteps({ steps }: JobDefinition, container: Container, work: AttemptWork): Promise<Ending> {
  let ending: Ending = { outcome: 'passed' }
  let capBytes = logCapBytes
  for (const [index, definition] of steps.entries()) {
    if (ending.outcome !== 'passed') {
      work.report.stepEnded(index, { outcome: 'skipped' })
      continue
    }
    const end = await runStep({ index, definition, container, capBytes }, work)
    ending = end.ending
    capBytes -= end.logBytes // below 0 once a log was cut
  }
  return ending
}

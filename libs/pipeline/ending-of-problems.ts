import type { Ending } from '@narwhal/protocol'
import { formatPipelineProblems } from './format-pipeline-problems.ts'
import type { PipelineProblem } from './problem-list.ts'

/** How a build ends whose pipeline file has `problems`: failed, with all of them in its message. */
export function endingOfProblems(problems: readonly PipelineProblem[]): Ending {
  return { outcome: 'failed', code: 'PIPELINE_INVALID', message: formatPipelineProblems(problems).slice(0, 65_536) }
}

import { problemPage } from '@narwhal/protocol'
import type { PipelineProblem } from './problem-list.ts'

/**
 * The problems of a pipeline file for people: position and message, the line with a caret, what to write, the code.
 * A blank line parts them; no line break at the end.
 */
export function formatPipelineProblems(problems: readonly PipelineProblem[]): string {
  return problems.map(formatProblem).join('\n\n')
}

function formatProblem({ code, file, line, column, message, hint, source, caret }: PipelineProblem): string {
  const padding = source.slice(0, caret).replace(/[^\t]/g, ' ')
  return [
    `${file}:${line}:${column}  ${message}`,
    `  | ${source}`.trimEnd(),
    `  | ${padding}^`,
    `  ${hint}`,
    `  ${code} — ${problemPage(code)}`,
  ].join('\n')
}

import { type ParseOptions, parsePipeline } from '../parse-pipeline.ts'
import type { Pipeline } from '../pipeline.ts'
import type { PipelineSource } from '../plan-request.ts'
import { createProblemList, type PipelineProblem, type ProblemList, type ProblemText } from '../problem-list.ts'
import type { YamlPath } from '../reading.ts'
import type { ProblemCode } from '@narwhal/protocol'

/** A file that was understood, and where to add problems that only planning finds. */
export interface PlannedFile {
  /** Of the file in its repository; empty for the first one. */
  readonly dir: string
  readonly pipeline: Pipeline
  readonly problems: ProblemList
  /** Adds a problem of what stands at a path such as `['jobs', 'test', 'needs', 0]`. */
  add(code: ProblemCode, path: YamlPath, text: ProblemText): void
}

/** Reads one file. */
export function planFile(
  { path, text }: PipelineSource,
  options: Omit<ParseOptions, 'file'> = {},
): PlannedFile | { readonly problems: readonly PipelineProblem[] } {
  const parsed = parsePipeline(text, { ...options, file: path })
  if ('problems' in parsed) return parsed
  const problems = createProblemList(text, path)
  return {
    dir: options.nested === true ? path.slice(0, path.lastIndexOf('/')) : '',
    pipeline: parsed.pipeline,
    problems,
    add: (code, place, said) => problems.add(code, parsed.locate(place), said),
  }
}

/** What planning found wrong, in the order of the files. */
export function problemsOfFiles(files: readonly PlannedFile[]): readonly PipelineProblem[] {
  return files.flatMap(({ problems }) => problems.inFileOrder())
}

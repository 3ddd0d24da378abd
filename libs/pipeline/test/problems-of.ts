import { formatPipelineProblems, type ParseOptions, parsePipeline } from '../index.ts'

/** What Narwhal says about a broken narwhal.yml; an empty text when nothing is wrong. */
export function problemsOf(text: string, options?: ParseOptions): string {
  const parsed = parsePipeline(text, options)
  return 'problems' in parsed ? formatPipelineProblems(parsed.problems) : ''
}

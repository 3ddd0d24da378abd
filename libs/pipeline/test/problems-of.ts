import { formatPipelineProblems, parsePipeline } from '../index.ts'

/** What Narwhal says about a broken narwhal.yml; an empty text when nothing is wrong. */
export function problemsOf(text: string): string {
  const parsed = parsePipeline(text)
  return 'problems' in parsed ? formatPipelineProblems(parsed.problems) : ''
}

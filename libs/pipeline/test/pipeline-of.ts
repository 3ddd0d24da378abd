import { formatPipelineProblems, type JobTemplate, type ParseOptions, type Pipeline, parsePipeline } from '../index.ts'

/** The pipeline of a good narwhal.yml; what is wrong with it fails the test. */
export function pipelineOf(text: string, options?: ParseOptions): Pipeline {
  const parsed = parsePipeline(text, options)
  if ('pipeline' in parsed) return parsed.pipeline
  throw new TypeError(formatPipelineProblems(parsed.problems))
}

/** The first job of a good narwhal.yml. */
export function jobOf(text: string): JobTemplate {
  const [job] = pipelineOf(text).jobs
  if (job === undefined) throw new TypeError('the file has no job')
  return job
}

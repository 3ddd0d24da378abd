import type { JobDefinition } from '@narwhal/pipeline'
import { placeOf } from './place-of.ts'

/** The images of all containers of a job, each once; that of its first step first. */
export function imagesOf(job: JobDefinition): readonly string[] {
  const ofSteps = job.steps.map((step, index) => placeOf(step, index, job).image)
  return [...new Set([...ofSteps, ...job.sidecars.map(({ image }) => image)])]
}

import { meantKey } from '../meant-key.ts'
import { quoted } from '../quoted.ts'
import type { YamlValue } from '../yaml-value.ts'
import { type FileRules, itemsOf, type JobInTree, keysOf, valueOf } from './file-rules.ts'

/** Commands need an image: of their step, of their job, or of the file. */
export function checkImages({ root, jobs, problems }: FileRules): void {
  const hasJobs = root.entries.has('jobs')
  for (const job of jobs) {
    if (hasImage(job.value) || hasImage(root) || !lacksImage(job)) continue
    problems.add('PIPELINE_IMAGE_MISSING', job.start, {
      message: hasJobs ? `the job ${quoted(job.key)} names no image` : 'the file names no image',
      hint: hasJobs
        ? 'Add the container image that the commands run in, to the job or above `jobs` for all of them, for example: image: node:24'
        : 'Add the container image that the commands run in, for example: image: node:24',
    })
  }
}

/** In a map with more keys nobody looks for an image. */
const mostKeys = 100

/** A misspelt one was reported already. */
function hasImage(value: YamlValue): boolean {
  return keysOf(value)
    .slice(0, mostKeys)
    .some((key) => meantKey(key, ['image']) === 'image')
}

function lacksImage({ value }: JobInTree): boolean {
  if (value.kind === 'broken' || keysOf(value).includes('uses')) return false
  const steps = valueOf(value, 'steps')
  if (value.kind === 'map' && steps === undefined) return value.entries.has('run')
  const list = value.kind === 'map' ? steps : value
  return flatSteps(itemsOf(list)).some((step) => !hasImage(step) && !keysOf(step).includes('uses'))
}

function flatSteps(steps: readonly YamlValue[]): readonly YamlValue[] {
  return steps.flatMap((step) => {
    const beside = valueOf(step, 'parallel')
    return beside === undefined ? [step] : itemsOf(beside)
  })
}

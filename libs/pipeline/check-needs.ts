import type { ProblemCode } from '@narwhal/protocol'
import { compileGlob, globFault, isGlob } from './glob.ts'
import { nearestName } from './nearest-name.ts'
import { quoted } from './quoted.ts'

/** A job and what it needs: keys of jobs, or globs of them. */
export interface NeedingJob {
  readonly key: string
  readonly needs: readonly string[]
}

/** Something wrong with `needs[index]` of the job `key`. */
export interface NeedsFault {
  readonly key: string
  readonly index: number
  readonly code: ProblemCode
  readonly message: string
  /** What to write instead. */
  readonly hint: string
}

/**
 * What is wrong with the needs of jobs: nobody has the key, nothing matches the glob, a job needs itself, or some need one
 * another in a circle.
 *
 * @param options.foreign there are jobs of other files: what is not found may be there.
 */
export function checkNeeds(
  jobs: readonly NeedingJob[],
  { foreign }: { readonly foreign: boolean },
): readonly NeedsFault[] {
  const keys = jobs.map(({ key }) => key)
  const faults = jobs.flatMap((job) =>
    job.needs.flatMap((need, index) => {
      const fault = faultOf(need, { job, keys, foreign })
      return fault === undefined ? [] : [{ key: job.key, index, ...fault }]
    }),
  )
  return faults.length > 0 ? faults : circleFaults(jobs, keys)
}

/** The keys that a need means, in their order; a glob never means the job itself. */
export function neededKeys(need: string, key: string, keys: readonly string[]): readonly string[] {
  if (!isGlob(need)) return keys.includes(need) ? [need] : []
  const glob = compileGlob(need)
  return keys.filter((one) => one !== key && glob?.matches(one) === true)
}

type Said = Omit<NeedsFault, 'key' | 'index'>

interface NeedPlace {
  readonly job: NeedingJob
  readonly keys: readonly string[]
  readonly foreign: boolean
}

function faultOf(need: string, { job, keys, foreign }: NeedPlace): Said | undefined {
  if (need === job.key) {
    const message = `${quoted(need)} needs itself`
    return { code: 'PIPELINE_NEEDS_CIRCLE', message, hint: 'Remove it from its own needs.' }
  }
  const bad = isGlob(need) ? globFault(need) : undefined
  if (bad !== undefined)
    return { code: 'PIPELINE_BAD_GLOB', message: `${quoted(need)} is no glob: ${bad}`, hint: globHint }
  if (foreign || neededKeys(need, job.key, keys).length > 0) return undefined
  const others = keys.filter((key) => key !== job.key)
  const known = others.length === 0 ? 'There is no other job.' : `There is ${others.slice(0, 20).join(', ')}`
  if (isGlob(need))
    return { code: 'PIPELINE_UNKNOWN_JOB', message: `no other job matches ${quoted(need)}`, hint: known }
  const nearest = nearestName(need, others)
  const hint = nearest === undefined ? known : `Did you mean ${nearest}? ${known}`
  return { code: 'PIPELINE_UNKNOWN_JOB', message: `no job has the key ${quoted(need)}`, hint }
}

const globHint = '* and ? stop at a slash, ** does not; [ab] is one character, {a,b} is either.'

/** Every circle once, at the need that closes it. */
function circleFaults(jobs: readonly NeedingJob[], keys: readonly string[]): readonly NeedsFault[] {
  const byKey = new Map(jobs.map((job) => [job.key, job]))
  const done = new Set<string>()
  const faults: NeedsFault[] = []
  const visit = (job: NeedingJob, path: readonly string[]): void => {
    if (done.has(job.key)) return
    const way = [...path, job.key]
    for (const [index, need] of job.needs.entries()) {
      for (const key of neededKeys(need, job.key, keys)) {
        const next = byKey.get(key)
        if (way.includes(key)) faults.push({ key: job.key, index, ...circle([...way.slice(way.indexOf(key)), key]) })
        else if (next !== undefined) visit(next, way)
      }
    }
    done.add(job.key)
  }
  for (const job of jobs) visit(job, [])
  return faults
}

function circle(keys: readonly string[]): Said {
  const message = `these jobs wait for one another: ${keys.map((key) => key.slice(0, 60)).join(' → ')}`
  return { code: 'PIPELINE_NEEDS_CIRCLE', message, hint: 'Remove one of the needs, so that one of them can begin.' }
}

import { isGlob, matchesName } from '../glob.ts'
import { nearestName } from '../nearest-name.ts'
import type { JobDefinition, StepDefinition } from '../pipeline.ts'
import type { JobSelection } from '../plan-request.ts'
import { quoted } from '../quoted.ts'

/** The selected jobs in their order; or what of the selection is not there, in a sentence. */
export type SelectedJobs = { readonly jobs: readonly JobDefinition[] } | { readonly fault: string }

/** The jobs that a selection means, with those that they need. These come whole: `steps` leaves out steps of the selected. */
export function selectJobs(all: readonly JobDefinition[], selection: JobSelection): SelectedJobs {
  const cells = all.filter((job) => isCell(job, selection.matrix ?? {}))
  const fault = faultOf(all, cells, selection)
  if (fault !== undefined) return { fault }
  const chosen = cells.filter((job) => isChosen(job, selection))
  const wanted = withNeeded(chosen, cells)
  const kept = cells.filter((job) => wanted.has(job.name))
  const jobs = kept.map((job) => ({
    ...job,
    needs: job.needs.filter((name) => wanted.has(name)),
    steps: chosen.includes(job) ? stepsOf(job, selection) : job.steps,
  }))
  const isNamed = (job: JobDefinition) => selection.jobs?.some((wanted) => means(wanted, job)) === true
  return { jobs: jobs.map((job) => withEnv(onThisMachine(job, isNamed(job)), selection.env ?? {})) }
}

/** Who selects runs it on the machine that is there, and gives the word for the jobs that are named. */
function onThisMachine(job: JobDefinition, isNamed: boolean): JobDefinition {
  const dropped = isNamed ? ['track', 'approval'] : ['track']
  const kept = Object.fromEntries(Object.entries(job).filter(([key]) => !dropped.includes(key)))
  return { ...(kept as JobDefinition), labels: [] } // only keys that may be absent were dropped
}

function isCell({ matrix }: JobDefinition, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => !Object.hasOwn(matrix, name) || matrix[name] === value)
}

function isChosen(job: JobDefinition, { jobs, steps }: JobSelection): boolean {
  const isMeant = jobs === undefined || jobs.some((wanted) => means(wanted, job))
  return isMeant && (steps === undefined || stepsOf(job, { steps }).length > 0)
}

function means(wanted: string, { key, name }: JobDefinition): boolean {
  return wanted === name || matchesName(wanted, key) || (isGlob(wanted) && matchesName(wanted, name))
}

function stepsOf({ steps }: JobDefinition, { steps: wanted }: JobSelection): readonly StepDefinition[] {
  return wanted === undefined
    ? steps
    : steps.filter(({ name }) => wanted.some((one) => one === name || matchesName(one, name)))
}

function withNeeded(chosen: readonly JobDefinition[], all: readonly JobDefinition[]): ReadonlySet<string> {
  const byName = new Map(all.map((job) => [job.name, job]))
  const wanted = new Set<string>()
  const want = (job: JobDefinition | undefined): void => {
    if (job === undefined || wanted.has(job.name)) return
    wanted.add(job.name)
    for (const need of job.needs) want(byName.get(need))
  }
  chosen.forEach(want)
  return wanted
}

function faultOf(
  all: readonly JobDefinition[],
  cells: readonly JobDefinition[],
  { jobs = [], steps = [], matrix = {} }: JobSelection,
): string | undefined {
  const unknownJob = jobs.find((wanted) => !all.some((job) => means(wanted, job)))
  if (unknownJob !== undefined)
    return `No job is called ${quoted(unknownJob)}.${nearest(unknownJob, all.flatMap(namesOf))}`
  const axes = all.flatMap((job) => Object.keys(job.matrix))
  const unknownAxis = Object.keys(matrix).find((axis) => !axes.includes(axis))
  if (unknownAxis !== undefined) return `No matrix has an axis ${quoted(unknownAxis)}.${nearest(unknownAxis, axes)}`
  const left = cells.filter((job) => jobs.length === 0 || jobs.some((wanted) => means(wanted, job)))
  if (left.length === 0) return 'No cell of a matrix has these values.'
  const names = left.flatMap((job) => job.steps.map(({ name }) => name))
  const unknownStep = steps.find((wanted) => !names.some((name) => wanted === name || matchesName(wanted, name)))
  if (unknownStep !== undefined) return `No step is called ${quoted(unknownStep)}.${nearest(unknownStep, names)}`
  return undefined
}

function namesOf({ key, name }: JobDefinition): readonly string[] {
  return key === name ? [key] : [key, name]
}

function nearest(text: string, names: readonly string[]): string {
  const near = nearestName(text, names)
  const known = [...new Set(names)].slice(0, 20).join(', ')
  return near === undefined ? ` There is ${known}.` : ` Did you mean ${near}?`
}

/** The values are texts as they are, not templates. */
function withEnv(job: JobDefinition, env: Readonly<Record<string, string>>): JobDefinition {
  const plain = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replaceAll('${{', '${{ "${{" }}')]),
  )
  const steps = job.steps.map((step) => ({ ...step, env: { ...step.env, ...plain } }))
  return { ...job, env: { ...job.env, ...plain }, steps }
}

import { catalogue, type Ending, type Plan } from '@narwhal/protocol'
import { endingOfSkipped } from '../ending-of-skipped.ts'
import { readsOfCondition } from '../expressions/evaluate-condition.ts'
import { fillTemplate } from '../expressions/fill-template.ts'
import { lineOf } from '../expressions/fill-texts.ts'
import type { JobDefinition } from '../pipeline.ts'
import type { PlanAnswer, PlanRequest, PlanWants } from '../plan-request.ts'
import { chooseCondition } from './choose-condition.ts'
import { chooseInputs } from './choose-inputs.ts'
import { chooseTrigger } from './choose-trigger.ts'
import { type ExpandedJob, expandJobs, type PlanFacts } from './expand-jobs.ts'
import { planJob } from './plan-job.ts'
import { planFile, type PlannedFile, problemsOfFiles } from './planned-file.ts'
import { templatesOf } from './planned-template.ts'
import { readIncluded } from './read-included.ts'
import { resolveNeeds } from './resolve-needs.ts'
import { asksForChanges, imagesForKeys, reuseKeys, wantsKeys } from './reuse-keys.ts'
import { selectJobs } from './select-jobs.ts'

/**
 * The plan of a commit: its jobs and their definitions, in the order of the files and of their matrices; or what must be
 * known before it can be made; or all problems of the files; or how the build ends at once.
 *
 * The same request always has the same answer.
 */
export function planBuild(request: PlanRequest): PlanAnswer {
  const [first] = request.files
  if (first === undefined) return { wants: { files: ['narwhal.yml'] } }
  const root = planFile(first)
  if (!('add' in root)) return root
  const { on } = root.pipeline
  const isWhole = request.purpose === 'plan' && request.selection === undefined
  const decided = isWhole ? (skippedByMessage(request) ?? chooseTrigger(on, request)) : undefined
  if (decided !== undefined) return decided
  const chosen = chooseInputs(on, request.commit)
  if ('ending' in chosen) return chosen
  const read = readIncluded(root, request)
  return 'files' in read ? planFiles(read.files, request, { commit: request.commit, inputs: chosen.inputs }) : read
}

function skippedByMessage({ commit }: PlanRequest): { readonly ending: Ending } | undefined {
  const ending = endingOfSkipped(commit)
  return ending && { ending }
}

function planFiles(files: readonly PlannedFile[], request: PlanRequest, facts: PlanFacts): PlanAnswer {
  const templates = templatesOf(files)
  const needs = resolveNeeds(templates)
  const expanded = expandJobs(templates, facts)
  const problems = problemsOfFiles(files)
  if (problems.length > 0) return { problems }
  const defined = defineJobs(expanded, needs)
  const selected = request.selection === undefined ? { jobs: defined } : selectJobs(defined, request.selection)
  if ('fault' in selected) return { ending: notSelected(selected.fault) }
  const wants = wantsOf(selected.jobs, request)
  return wants === undefined
    ? answerPlan(files, { ...request, facts, expanded, definitions: selected.jobs })
    : { wants }
}

/** The jobs with the names of all cells of the jobs that they need. */
function defineJobs(
  expanded: readonly ExpandedJob[],
  needs: ReadonlyMap<string, readonly string[]>,
): readonly JobDefinition[] {
  return expanded.map(({ definition }) => {
    const keys = needs.get(definition.key) ?? []
    const needed = expanded.filter((other) => keys.includes(other.definition.key))
    return { ...definition, needs: needed.map((other) => other.definition.name) }
  })
}

function wantsOf(jobs: readonly JobDefinition[], request: PlanRequest): PlanWants | undefined {
  if (request.purpose === 'definitions') return undefined
  const isReusing = request.selection === undefined && wantsKeys(jobs)
  const asks =
    (isReusing && asksForChanges(jobs)) || jobs.some((job) => readsOfCondition(job.if ?? 'true').globs.length > 0)
  const changes = request.changes === undefined && asks
  const tree = isReusing && request.tree === undefined
  const known = request.images ?? {}
  const images = isReusing ? imagesForKeys(jobs).filter((image) => !Object.hasOwn(known, image)) : []
  if (!changes && !tree && images.length === 0) return undefined
  return {
    ...(changes ? { changes } : {}),
    ...(tree ? { tree } : {}),
    ...(images.length > 0 ? { images: [...new Set([...Object.keys(known), ...images])] } : {}),
  }
}

interface PlanParts extends PlanRequest {
  readonly facts: PlanFacts
  readonly expanded: readonly ExpandedJob[]
  readonly definitions: readonly JobDefinition[]
}

function answerPlan(files: readonly PlannedFile[], parts: PlanParts): PlanAnswer {
  const { expanded, definitions, purpose, selection } = parts
  const keys = purpose === 'plan' && selection === undefined ? reuseKeys(definitions, parts) : undefined
  const byName = new Map(expanded.map((job) => [job.definition.name, job]))
  const jobs = definitions.map((definition) => {
    const job = byName.get(definition.name)
    const condition = job === undefined ? {} : chooseCondition(job, parts)
    const failFast = job?.template.job.matrix?.failFast ?? false
    return planJob(definition, { ...condition, failFast, reuseKey: keys?.get(definition.name) })
  })
  const concurrency = concurrencyOf(files, parts.facts)
  const problems = problemsOfFiles(files)
  if (problems.length > 0) return { problems }
  return { plan: { jobs, ...(concurrency === undefined ? {} : { concurrency }) }, definitions }
}

/** Of the whole build: only the first file has one. */
function concurrencyOf([root]: readonly PlannedFile[], facts: PlanFacts): Plan['concurrency'] {
  const concurrency = root?.pipeline.concurrency
  if (root === undefined || concurrency === undefined) return undefined
  const filled = fillTemplate(concurrency.group, { ...facts, matrix: {}, needs: {} })
  const group = 'text' in filled ? lineOf(filled.text) : ''
  if (group === '') {
    const message = 'fault' in filled ? `the group cannot be planned: ${filled.fault}` : 'the group is empty'
    root.add('PIPELINE_UNANSWERED', ['concurrency'], { message, hint: 'Look at what it reads for this commit.' })
  }
  return { ...concurrency, group }
}

function notSelected(fault: string): Ending {
  return { outcome: 'failed', code: 'SELECTION_UNKNOWN', message: `${fault}\n${catalogue.SELECTION_UNKNOWN.fix}` }
}

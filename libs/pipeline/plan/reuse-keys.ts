import { createHash } from 'node:crypto'
import { canonicalJson, digestJob } from '../digest-job.ts'
import { readsOfCondition } from '../expressions/evaluate-condition.ts'
import { plainNames, type Reference } from '../expressions/reference.ts'
import { celLiteral, rewriteReferences } from '../expressions/rewrite-references.ts'
import { valueOfReference } from '../expressions/value-of-reference.ts'
import type { JobDefinition } from '../pipeline.ts'
import type { PlanRequest, TreeFile } from '../plan-request.ts'
import { answerChanged } from './choose-condition.ts'
import { globList } from './glob-list.ts'
import { mapExpressions } from './map-expressions.ts'

// 1. A key stands for everything that a job could depend on: the files that it declares, its definition with the needed
//    jobs' keys, the platform, its images by content, and whether strangers may have written it.
// 2. What cannot be known gives no key, and no key to those that need the job: then it runs.
// 3. What its runner will still ask of the commit (conditions of steps, texts that read `needs` too) is in it as the answer.
//    Whether the job runs at all is asked before.
// 4. A job with an environment has no key, and passes none on: deploying is more than its files.

/** The keys of the jobs with `paths`, by their names. Jobs that cannot be reused have none. */
export function reuseKeys(jobs: readonly JobDefinition[], request: PlanRequest): ReadonlyMap<string, string> {
  const keeper = new KeyMaker(jobs, request)
  const keys = jobs.flatMap((job) => {
    const key = job.paths === undefined ? undefined : keeper.keyOf(job)
    return key === undefined ? [] : [[job.name, key] as const]
  })
  return new Map(keys)
}

/** Images whose content the keys of these jobs depend on. */
export function imagesForKeys(jobs: readonly JobDefinition[]): readonly string[] {
  const byName = new Map(jobs.map((job) => [job.name, job]))
  const wanted = new Set<JobDefinition>()
  const want = (job: JobDefinition | undefined): void => {
    if (job === undefined || wanted.has(job)) return
    wanted.add(job)
    for (const need of job.needs) want(byName.get(need))
  }
  for (const job of jobs) if (job.paths !== undefined && isReusable(job)) want(job)
  return [...new Set([...wanted].flatMap(imagesOf))].filter((image) => !isTemplate(image))
}

/** Whether any job asks for a key. */
export function wantsKeys(jobs: readonly JobDefinition[]): boolean {
  return jobs.some((job) => job.paths !== undefined && isReusable(job))
}

/** Whether the condition of a step asks what has changed. */
export function asksForChanges(jobs: readonly JobDefinition[]): boolean {
  return jobs.some(({ steps }) => steps.some((step) => readsOfCondition(step.if ?? 'true').globs.length > 0))
}

function isReusable({ environment }: JobDefinition): boolean {
  return environment === undefined
}

/** Without an image of its own a step runs in that of the job. */
function imagesOf({ image, steps, sidecars }: JobDefinition): readonly string[] {
  const all = [image, ...steps.map((step) => step.image), ...sidecars.map((sidecar) => sidecar.image)]
  return [...new Set(all.filter((one) => one !== undefined))].toSorted()
}

function isTemplate(text: string): boolean {
  return text.includes('${{')
}

class KeyMaker {
  readonly #jobs: ReadonlyMap<string, JobDefinition>
  readonly #request: PlanRequest
  readonly #made = new Map<string, string | undefined>()
  readonly #digests = new Map<string, string | undefined>()

  constructor(jobs: readonly JobDefinition[], request: PlanRequest) {
    this.#jobs = new Map(jobs.map((job) => [job.name, job]))
    this.#request = request
  }

  keyOf(job: JobDefinition): string | undefined {
    if (this.#made.has(job.name)) return this.#made.get(job.name)
    const key = this.#makeKey(job)
    this.#made.set(job.name, key)
    return key
  }

  #makeKey(job: JobDefinition): string | undefined {
    const files = this.#filesOf(job)
    const images = imagesOf(job).map((image) => this.#digestOf(image))
    const needs = job.needs.map((name) => this.#keyOfNeeded(name))
    if (!isReusable(job) || files === undefined || images.includes(undefined) || needs.includes(undefined))
      return undefined
    const { platform, commit } = this.#request
    const trust = commit.trust ?? 'trusted'
    return sha256({
      version: 1,
      definition: digestJob(withAnswers(job, this.#request)),
      files,
      images,
      needs,
      platform,
      trust,
    })
  }

  #keyOfNeeded(name: string): string | undefined {
    const job = this.#jobs.get(name)
    return job === undefined ? undefined : this.keyOf(job)
  }

  /** Without `paths` a job depends on everything. The cells of a matrix have the same paths. */
  #filesOf({ paths = ['**'] }: JobDefinition): string | undefined {
    const { tree } = this.#request
    if (tree === undefined) return undefined
    const name = JSON.stringify(paths)
    if (!this.#digests.has(name)) this.#digests.set(name, digestOfFiles(paths, tree))
    return this.#digests.get(name)
  }

  #digestOf(image: string): string | undefined {
    const { images = {} } = this.#request
    return (Object.hasOwn(images, image) ? images[image] : undefined) || undefined // '' is not known
  }
}

/** The definition with what is known of the commit in the place of what reads it. */
function withAnswers(job: JobDefinition, { commit, changes = 'all' }: PlanRequest): JobDefinition {
  const answer = (reference: Reference): string | undefined => {
    if (reference.kind === 'changed') return String(answerChanged([reference.glob], changes)[reference.glob])
    if (reference.kind !== 'name' || !plainNames.some((name) => name === reference.name)) return undefined
    const found = valueOfReference(reference, { commit, matrix: {}, needs: {} })
    return 'value' in found ? celLiteral(String(found.value)) : undefined
  }
  const answered = mapExpressions(job, (expression) => rewriteReferences(expression, answer))
  return job.if === undefined ? answered : { ...answered, if: job.if }
}

/** Globs that match no file say nothing about what a job depends on. */
function digestOfFiles(paths: readonly string[], tree: readonly TreeFile[]): string | undefined {
  const globs = globList(paths)
  const files = tree.filter(({ path }) => globs.matchesPath(path))
  return files.length === 0 ? undefined : sha256(files.map(({ path, mode, oid }) => [path, mode, oid]).toSorted(byPath))
}

function byPath([a = '']: readonly string[], [b = '']: readonly string[]): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

import type { CommitSource, MirrorCommit, Mirrors } from '@narwhal/git'
import {
  type DecodedPipeline,
  decodePipeline,
  type JobSelection,
  type PipelineProblem,
  type PlanAnswer,
  type PlanRequest,
  type PlanWants,
} from '@narwhal/pipeline'
import { type Commit, problem, type Repository } from '@narwhal/protocol'
import type { Engine } from '../engine/engine.ts'
import type { Planner } from './open-planner.ts'

const maxPipelineBytes = 256 * 1024

/** A plan may ask for more facts so many times: trees, nested files, changes, images. */
const mostQuestions = 8

export interface CommitDeps {
  readonly mirrors: Mirrors
  readonly cloneSource: (repository: Repository) => Omit<CommitSource, 'repository'>
  readonly planner: Planner
  readonly engine: Pick<Engine, 'provideImage' | 'platform'>
  /** Only a part of each pipeline. */
  readonly selection?: JobSelection | undefined
  readonly signal: AbortSignal
}

export interface PlanOptions {
  readonly purpose: PlanRequest['purpose']
  /** For a commit without narwhal.yml. */
  readonly defaultPipeline?: string | undefined
}

/** A commit that is here, and what its narwhal.yml plans; `answer` is absent when it has none. */
export interface PlannedCommit {
  readonly commit: MirrorCommit
  readonly answer: Exclude<PlanAnswer, { wants: PlanWants }> | undefined
}

/** Fetches a commit, unless it is here already, and plans what its narwhal.yml says, without checking anything out. */
export async function planCommit(wanted: Commit, options: PlanOptions, deps: CommitDeps): Promise<PlannedCommit> {
  const { mirrors, cloneSource, signal, planner, engine, selection } = deps
  const { repository, sha } = wanted
  const commit = await mirrors.fetchCommit({ repository, ...cloneSource(repository) }, sha, { signal })
  const file = (await readPipelineFile(commit, 'narwhal.yml', signal)) ?? defaultFile(options)
  if (file === undefined) return { commit, answer: undefined }
  if ('problems' in file) return { commit, answer: file }
  let request: PlanRequest = {
    purpose: options.purpose,
    commit: await withInfo(wanted, commit),
    files: [{ path: 'narwhal.yml', text: file.text }],
    platform: engine.platform,
    ...(selection === undefined ? {} : { selection }),
  }
  for (let questions = 0; questions < mostQuestions; questions++) {
    const answer = await planner.plan(request)
    if (!('wants' in answer)) return { commit, answer }
    const facts = await findFacts(answer.wants, request, { ...deps, commit })
    if ('problems' in facts) return { commit, answer: facts }
    request = { ...request, ...facts }
  }
  throw problem('INTERNAL', 'The plan of narwhal.yml asks for ever')
}

/** The commit itself knows best what it says. */
async function withInfo(wanted: Commit, commit: MirrorCommit): Promise<Commit> {
  if (wanted.message !== undefined && wanted.author !== undefined) return wanted
  return { ...(await commit.commitInfo()), ...wanted }
}

function defaultFile({ defaultPipeline: text }: PlanOptions): DecodedPipeline | undefined {
  return text === undefined ? undefined : { text }
}

async function readPipelineFile(
  commit: MirrorCommit,
  path: string,
  signal: AbortSignal,
): Promise<DecodedPipeline | undefined> {
  const bytes = await commit.readFile(path, { maxBytes: maxPipelineBytes, signal })
  return bytes && decodePipeline(bytes, { file: path })
}

type FactDeps = Pick<CommitDeps, 'engine' | 'signal'> & { readonly commit: MirrorCommit }

async function findFacts(
  wants: PlanWants,
  { commit: wanted, files }: PlanRequest,
  deps: FactDeps,
): Promise<Partial<PlanRequest> | { readonly problems: readonly PipelineProblem[] }> {
  const { commit, signal } = deps
  const nested = await readNested(wants.files ?? [], deps)
  if ('problems' in nested) return nested
  return {
    ...(wants.tree && { tree: await commit.listTree({ signal }) }),
    ...(wants.changes && { changes: await commit.listChanges({ before: wanted.before, base: wanted.base, signal }) }),
    ...(wants.images && { images: await findImages(wants.images, deps) }),
    ...(wants.files && { files: [...files, ...nested.files] }),
  }
}

async function readNested(
  paths: readonly string[],
  { commit, signal }: FactDeps,
): Promise<Pick<PlanRequest, 'files'> | { readonly problems: readonly PipelineProblem[] }> {
  const files = []
  for (const path of paths) {
    const file = await readPipelineFile(commit, path, signal)
    if (file !== undefined && 'problems' in file) return file
    if (file !== undefined) files.push({ path, text: file.text })
  }
  return { files }
}

/** An image that cannot be had has no digest: then nothing is reused, and the job that needs it says why it fails. */
async function findImages(images: readonly string[], { engine, signal }: FactDeps) {
  const found = images.map(async (image) => {
    const digest = await engine.provideImage(image, { signal }).catch(() => '')
    signal.throwIfAborted()
    return [image, digest] as const
  })
  return Object.fromEntries(await Promise.all(found))
}

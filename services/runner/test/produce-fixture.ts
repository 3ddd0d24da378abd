import { createHash, randomUUID } from 'node:crypto'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { HttpClient } from '@narwhal/host'
import { silentLog, systemClock, virtualClock } from '@narwhal/host'
import type { CacheDefinition, JobDefinition } from '@narwhal/pipeline'
import { type BlobReference, type NeededJob, type Offer, problem } from '@narwhal/protocol'
import { attemptDirectories } from '../attempt.ts'
import type { Container, Engine } from '../engine/engine.ts'
import { openScriptedEngine } from '../engine/scripted/scripted-engine.ts'
import type { ProduceWork } from '../produce/produce-work.ts'
import { openMasker } from '../steps/masker.ts'
import { never, type StartedAttempt, startTestAttempt } from './engine-fixture.ts'

/** Blobs and caches in memory, as a dispatcher keeps them. */
export interface BlobShelf {
  readonly client: HttpClient
  readonly blobs: Map<string, Buffer>
  readonly caches: Map<string, BlobReference>
  /** What the next calls fail with, one each. */
  readonly failures: Error[]
}

export function openBlobShelf(): BlobShelf {
  const blobs = new Map<string, Buffer>()
  const caches = new Map<string, BlobReference>()
  const failures: Error[] = []
  const client: HttpClient = {
    async call(route, options): Promise<never> {
      throwNext(failures)
      const body = options.body as { key: string; scope: string; blob: BlobReference } // of both routes together
      const key = `${body.scope} ${body.key}`
      const found = caches.get(key)
      if (route.path.endsWith('/find')) return (found === undefined ? {} : { found }) as never // what the route replies
      if (found === undefined) caches.set(key, body.blob)
      return { saved: found === undefined } as never // what the route replies
    },
    async upload(_, { params, source }) {
      throwNext(failures)
      const bytes = source instanceof Uint8Array ? Buffer.from(source) : await buffer(Readable.from(source))
      const { sha256 } = params as { sha256: string } // of the route
      if (sha256 !== hashOf(bytes)) throw problem('BAD_REQUEST', 'not those bytes')
      blobs.set(sha256, bytes)
    },
    async download(_, { params }) {
      throwNext(failures)
      const bytes = blobs.get((params as { sha256: string }).sha256) // of the route
      if (bytes === undefined) throw problem('BLOB_NOT_FOUND', 'no such blob')
      return Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)])
    },
    async [Symbol.asyncDispose]() {},
  }
  return { client, blobs, caches, failures }
}

function throwNext(failures: Error[]): void {
  const failure = failures.shift()
  if (failure !== undefined) throw failure
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A started job on the scripted engine, or on `engine`. */
export interface TestJob extends StartedAttempt {
  readonly engine: Engine
  readonly work: ProduceWork
}

export interface TestJobOptions {
  readonly shelf?: BlobShelf
  readonly needs?: readonly NeededJob[]
  readonly trust?: 'trusted' | 'untrusted'
  readonly secrets?: readonly string[]
  readonly signal?: AbortSignal
  readonly engine?: Engine
  readonly image?: string
}

export async function startTestJob(options: TestJobOptions = {}): Promise<TestJob> {
  const { shelf = openBlobShelf(), needs = [], trust = 'trusted', secrets = [], signal = never } = options
  const engine =
    options.engine ?? openScriptedEngine({ clock: virtualClock(), log: silentLog() }, { usesWorkspace: true })
  const attempt = await startTestAttempt(engine, options.image ?? 'busybox:1')
  const { workspacePath, spoolPath } = attempt.spec
  const root = attempt.directory
  const work = {
    offer: { ...offer, needs: [...needs], commit: { ...offer.commit, trust } },
    engine,
    directories: { ...attemptDirectories(root, ''), root, workspacePath, spoolPath, logsPath: join(root, 'logs') },
    client: shelf.client,
    dispatcherUrl: 'http://dispatcher',
    masker: openMasker(secrets),
    clock: impatientClock,
    signal,
  }
  return { ...attempt, engine, work }
}

/** Waits no longer than a second for a retry, but for a limit as long as it is. */
const impatientClock = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) =>
    systemClock.sleep(signal === undefined || ms !== limitMs ? 0 : ms, signal),
}

/** Of reading a report. */
const limitMs = 5_000

const offer: Offer = {
  attemptId: randomUUID(),
  attempt: 1,
  token: 't'.repeat(32),
  leaseMs: 30_000,
  buildId: randomUUID(),
  buildNumber: 1,
  jobId: randomUUID(),
  jobName: 'build',
  kind: 'steps',
  commit: {
    repository: { host: 'forge.example', owner: 'ada', name: 'app' },
    ref: 'refs/heads/main',
    sha: 'a'.repeat(40),
    trigger: 'push',
  },
  needs: [],
}

/** A job with nothing to take out of it. */
export const plainJob: JobDefinition = {
  key: 'build',
  name: 'build',
  image: 'busybox:1',
  steps: [],
  needs: [],
  matrix: {},
  env: {},
  secrets: {},
  sidecars: [],
  cache: [],
  reports: { junit: [], coverage: [], annotations: [] },
  timeout: { totalMs: 3_600_000 },
  allowFailure: false,
  labels: [],
  priority: 'normal',
  resources: {},
  network: 'outbound',
  lost: 'rerun',
  clone: { depth: 1, tags: false, submodules: false, lfs: false },
  privileged: false,
}

export function cacheOf(paths: readonly string[], rest: Partial<CacheDefinition> = {}): CacheDefinition {
  return { paths, scope: 'branch', ...rest }
}

/** Writes files below a directory; a text that begins with `->` is a link. */
export async function writeTree(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    if (content.startsWith('->')) await symlink(content.slice(2), join(directory, path))
    else await writeFile(join(directory, path), content)
  }
}

/** A container that packs this tar, whatever is asked of it. */
export function packingContainer(tar: () => AsyncIterable<Uint8Array>): Container {
  return {
    id: '',
    runStep: async () => ({ exitCode: 0, outOfMemory: false }),
    packFiles: async () => tar(),
    unpackFiles: async () => undefined,
    kill: async () => undefined,
    async [Symbol.asyncDispose]() {},
  }
}

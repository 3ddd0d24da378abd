import type { CommitSource, MirrorCommit, Mirrors } from '@narwhal/git'
import { type ParsedPipeline, parsePipeline } from '@narwhal/pipeline'
import type { Commit, Repository } from '@narwhal/protocol'

const maxPipelineBytes = 256 * 1024

export interface CommitDeps {
  readonly mirrors: Mirrors
  readonly cloneSource: (repository: Repository) => Omit<CommitSource, 'repository'>
  readonly signal: AbortSignal
}

/** A commit that is here, and what its narwhal.yml says; `parsed` is absent when it has none. */
export interface ReadCommit {
  readonly commit: MirrorCommit
  readonly parsed: ParsedPipeline | undefined
}

/** Fetches a commit, unless it is here already, and reads its narwhal.yml without checking anything out. */
export async function readPipeline({ repository, sha }: Commit, deps: CommitDeps): Promise<ReadCommit> {
  const { mirrors, cloneSource, signal } = deps
  const commit = await mirrors.fetchCommit({ repository, ...cloneSource(repository) }, sha, { signal })
  const bytes = await commit.readFile('narwhal.yml', { maxBytes: maxPipelineBytes, signal })
  return { commit, parsed: bytes && parsePipeline(bytes.toString('utf8')) }
}

import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { NamePart, problem, type Repository, repositoryKey, Sha } from '@narwhal/protocol'
import { checkCloneUrl } from './clone-url.ts'
import { diskFullOr } from './disk-full.ts'
import { type CommitSource, type FetchClock, fetchHeads, fetchSha } from './fetch-into-mirror.ts'
import { fitsSchema } from './fits-schema.ts'
import { type FoundCommit, Mirror } from './mirror.ts'
import { type MirrorCommit, mirrorCommit } from './mirror-commit.ts'

const maxReaders = 8

/** Bare mirrors of repositories, one for each, below one directory that nobody else writes to. */
export interface Mirrors extends AsyncDisposable {
  /**
   * The commit `sha` of `source`; fetched when the mirror lacks it. A commit that is there costs no process.
   * Callers that need the same fetch share it.
   *
   * @throws COMMIT_NOT_FOUND, FETCH_FAILED, DISK_FULL, CLONE_URL_INVALID, MIRROR_BROKEN, GIT_MISSING,
   *   or the reason of `signal`.
   */
  fetchCommit(source: CommitSource, sha: string, options: { readonly signal: AbortSignal }): Promise<MirrorCommit>
}

/** Opens the mirrors below `root`. Closing ends every git that they started. */
export async function openMirrors({ root, clock }: { root: string; clock: FetchClock }): Promise<Mirrors> {
  await mkdir(root, { recursive: true })
  const closing = new AbortController()
  const keep = keepMirrors(resolve(root))

  async function fetchCommit(source: CommitSource, sha: string, options: { readonly signal: AbortSignal }) {
    checkCloneUrl(source.url)
    if (!fitsSchema(Sha, sha)) throw problem('COMMIT_NOT_FOUND', `"${sha.slice(0, 100)}" is not a full sha.`)
    const signal = AbortSignal.any([options.signal, closing.signal])
    const mirror = keep.mirrorOf(source.repository, sha)
    try {
      const found = await findOrFetch(mirror, { ...source, sha }, { clock, signal })
      return mirrorCommit(mirror, found, closing.signal)
    } catch (error) {
      throw await diskFullOr(error, root)
    }
  }

  return {
    fetchCommit,
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all(keep.all().map((mirror) => mirror[Symbol.asyncDispose]()))
    },
  }
}

/** Looks, fetches branches and tags, looks, fetches the sha itself, looks. */
async function findOrFetch(
  mirror: Mirror,
  source: CommitSource & { readonly sha: string },
  { clock, signal }: { readonly clock: FetchClock; readonly signal: AbortSignal },
): Promise<FoundCommit> {
  const { sha } = source
  await mirror.ready(signal)
  const atOnce = await mirror.find(sha, signal)
  if (atOnce !== undefined) return atOnce

  await mirror.flights.join('heads', (own) => fetchHeads(mirror, source, { clock, signal: own }), signal)
  const byHeads = await mirror.find(sha, signal)
  if (byHeads !== undefined) return byHeads

  // Also when the flight was joined late, and had asked for the branches before this commit was pushed.
  await mirror.flights.join(sha, (own) => fetchSha(mirror, source, own), signal)
  const byName = await mirror.find(sha, signal)
  if (byName !== undefined) return byName
  throw problem('COMMIT_NOT_FOUND', `${repositoryKey(source.repository)} has no commit ${sha}`)
}

/** All mirrors of this life. At most eight of them keep a git open for reading. */
function keepMirrors(root: string) {
  const mirrors = new Map<string, Mirror>()
  const recent = new Set<Mirror>()

  function onUse(mirror: Mirror): void {
    recent.delete(mirror)
    recent.add(mirror)
    const eldest = recent.size > maxReaders ? [...recent].slice(0, -maxReaders) : []
    for (const old of eldest.filter(({ reader }) => reader.idle)) {
      old.reader.close()
      recent.delete(old)
    }
  }

  function mirrorOf(repository: Repository, sha: string): Mirror {
    const key = repositoryKey(repository)
    const known = mirrors.get(key)
    if (known !== undefined) return known
    const { host, owner, name } = repository
    const unsafe = [host, owner, name].find((part) => !fitsSchema(NamePart, part))
    if (unsafe !== undefined) throw problem('CLONE_URL_INVALID', `"${unsafe}" cannot be part of a repository's name.`)
    const objectFormat = sha.length === 64 ? 'sha256' : 'sha1'
    const mirror: Mirror = new Mirror({ root, path: join(root, host, owner, `${name}.git`), objectFormat }, () =>
      onUse(mirror),
    )
    mirrors.set(key, mirror)
    return mirror
  }

  return { mirrorOf, all: () => [...mirrors.values()] }
}

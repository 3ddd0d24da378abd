import { newId } from '@narwhal/host'
import { type Commit, commitsTopic, setSecret, type CommitMessage } from '@narwhal/protocol'
import type { MadeRepository } from '../../libs/git/test/make-repository.ts'
import type { Given } from './scenario.ts'
import { owner, type Theatre } from './start-theatre.ts'

/** The repository of one scenario; made with its first commit. */
export interface ScenarioRepository {
  readonly name: string
  made?: MadeRepository
  /** Where its branches stood at the last push. */
  readonly heads: Map<string, string>
}

/** Commits what is given and tells Narwhal of it, as an agent does; returns the commit. */
export async function tellCommit(
  given: Given & { readonly pipeline?: string },
  target: ScenarioRepository,
  theatre: Theatre,
): Promise<Commit> {
  const { narwhal } = theatre
  const { name, heads } = target
  const repository = { host: 'github.com', owner, name }
  await keepSecrets(given.secrets ?? {}, `${repository.host}/${owner}/${name}`, narwhal)
  const narwhalYml = given.pipeline === undefined ? {} : { 'narwhal.yml': given.pipeline }
  const files = { ...narwhalYml, ...given.files }
  const isFirst = target.made === undefined
  const made = (target.made ??= await theatre.addRepository(name, files))
  const sha = isFirst ? made.sha : await made.commit(files)
  const ref = refOf(given)
  if (ref !== 'refs/heads/main') await made.git('update-ref', ref, sha)
  const before = heads.get(ref)
  heads.set(ref, sha)
  const commit: Commit = {
    repository,
    ref,
    sha,
    trigger: given.trigger ?? (given.tag === undefined ? 'push' : 'tag'),
    message: given.message ?? 'A change',
    author: given.author ?? 'Ada Lovelace',
    ...(before === undefined ? {} : { before }),
    ...(given.base === undefined ? {} : { base: `refs/heads/${given.base}` }),
    ...(given.trust === undefined ? {} : { trust: given.trust }),
    ...(given.inputs === undefined ? {} : { inputs: given.inputs }),
  }
  const id = newId(narwhal.clock.now())
  const message: CommitMessage = { version: 1, id, eventKey: id, receivedAt: narwhal.clock.now(), commit }
  await narwhal.queue.publish(commitsTopic, { id, body: JSON.stringify(message) }, { signal: never })
  return commit
}

const never = new AbortController().signal

function refOf({ tag, trigger, branch = trigger === 'pull_request' ? 'feature' : 'main' }: Given): string {
  if (tag !== undefined) return `refs/tags/${tag}`
  return `refs/heads/${branch}`
}

async function keepSecrets(
  secrets: Readonly<Record<string, string>>,
  repository: string,
  { client, url, apiToken }: Theatre['narwhal'],
): Promise<void> {
  for (const [name, value] of Object.entries(secrets)) {
    await client.call(setSecret, { baseUrl: url, token: apiToken, body: { repository, name, value } })
  }
}

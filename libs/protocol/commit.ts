import { type Static, Type } from 'typebox'
import { NamePart, Ref, Sha } from './ids.ts'

/** A repository at a forge (`host/owner/name`). Where to clone it from is the runner's configuration, never a message's. */
export const Repository = Type.Object(
  { host: NamePart, owner: NamePart, name: NamePart },
  { additionalProperties: false },
)
export type Repository = Static<typeof Repository>

/** Why a commit is tested. */
export const Trigger = Type.Enum(['push', 'tag', 'pull_request', 'cron', 'manual', 'poll'])
export type Trigger = Static<typeof Trigger>

/** What to test: repository, ref, sha, why, and who caused it. */
export const Commit = Type.Object(
  {
    repository: Repository,
    ref: Ref,
    sha: Sha,
    trigger: Trigger,
    message: Type.Optional(
      Type.String({ maxLength: 65_536, description: 'the commit message, where the source knows it' }),
    ),
    author: Type.Optional(Type.String({ maxLength: 200, description: 'a name for people to read; decides nothing' })),
  },
  { additionalProperties: false },
)
export type Commit = Static<typeof Commit>

/** `host/owner/name`, the key of a repository in stores, metrics and paths. */
export function repositoryKey({ host, owner, name }: Repository): string {
  return `${host}/${owner}/${name}`
}

import { type Static, Type } from 'typebox'
import { NamePart, Ref, Sha } from './ids.ts'

/** A repository at a forge (`host/owner/name`). Where to clone it from is the runner's configuration, never a message's. */
export const Repository = Type.Object(
  { host: NamePart, owner: NamePart, name: NamePart },
  { additionalProperties: false },
)
export type Repository = Static<typeof Repository>

/** Why a commit is tested. */
export const Trigger = Type.Enum(['push', 'tag', 'pull_request', 'cron', 'manual', 'api', 'poll'])
export type Trigger = Static<typeof Trigger>

/**
 * Whether the author may see secrets, deploy and write caches that others read. `untrusted`: anybody may have written it,
 * such as the pull request of a fork.
 */
export const Trust = Type.Enum(['trusted', 'untrusted'])
export type Trust = Static<typeof Trust>

/**
 * What to test: repository, ref, sha, why, and who caused it. `before` is where the ref stood until this push, `base` the
 * branch that a pull request wants to go to; `trust` is `trusted` unless given.
 */
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
    before: Type.Optional(Sha),
    base: Type.Optional(Ref),
    inputs: Type.Optional(
      Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 4096 }), {
        description: 'of a manual build',
      }),
    ),
    trust: Type.Optional(Trust),
  },
  { additionalProperties: false },
)
export type Commit = Static<typeof Commit>

/** `host/owner/name`, the key of a repository in stores, metrics and paths. */
export function repositoryKey({ host, owner, name }: Repository): string {
  return `${host}/${owner}/${name}`
}

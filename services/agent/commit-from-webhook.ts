import { type Commit, NamePart, problem, Ref, type Repository } from '@narwhal/protocol'
import { Compile } from 'typebox/compile'
import { PushPayload } from './push-payload.ts'

const push = Compile(PushPayload)
const buildableRef = Compile(Ref)
const namePart = Compile(NamePart)

/** What a delivery says: a commit to build with the key of its event, or why there is nothing to build. */
export type FromWebhook = { readonly commit: Commit; readonly eventKey: string } | { readonly ignored: string }

/**
 * Reads a verified delivery of GitHub.
 *
 * @param event  the header X-GitHub-Event.
 * @throws {ProblemError} WEBHOOK_MALFORMED for a push that lacks what every push has.
 */
export function commitFromWebhook(
  event: string,
  payload: unknown,
  { forgeHost }: { readonly forgeHost: string },
): FromWebhook {
  if (event === 'ping') return { ignored: 'ping: the webhook reaches Narwhal' }
  if (event !== 'push') return { ignored: `the event ${shown(event)} starts no build; a push of a branch or tag does` }
  if (!push.Check(payload)) throw malformed(payload)
  if (payload.deleted === true || /^0+$/.test(payload.after)) return { ignored: `${shown(payload.ref)} was deleted` }
  const { owner, name } = payload.repository
  const repository = { host: forgeHost, owner: owner.login ?? owner.name ?? '', name }
  return unbuildable(repository, payload.ref) ?? pushed(payload, repository)
}

function pushed(payload: PushPayload, repository: Repository): FromWebhook {
  const { ref, before, after, head_commit: head } = payload
  const isTag = ref.startsWith('refs/tags/')
  const message = text(head?.message, 65_536)
  const author = text(head?.author?.name, 200) ?? text(payload.pusher?.name, 200)
  const commit: Commit = {
    repository,
    ref,
    sha: isTag ? (head?.id ?? after) : after, // `after` of an annotated tag is the tag's own object
    trigger: isTag ? 'tag' : 'push',
    ...(isTag || /^0+$/.test(before) ? {} : { before }),
    ...(message === undefined ? {} : { message }),
    ...(author === undefined ? {} : { author }),
  }
  return { commit, eventKey: [repository.host, payload.repository.id, 'push', ref, before, after].join(' ') }
}

function unbuildable({ owner, name }: Repository, ref: string): FromWebhook | undefined {
  if (!/^refs\/(?:heads|tags)\//.test(ref)) return { ignored: `${shown(ref)} is neither a branch nor a tag` }
  if (!buildableRef.Check(ref)) return { ignored: `the ref ${shown(ref)} has characters that Narwhal does not take` }
  const isNamed = namePart.Check(owner) && namePart.Check(name)
  return isNamed
    ? undefined
    : { ignored: `the repository ${shown(`${owner}/${name}`)} has a name that Narwhal does not take` }
}

function malformed(payload: unknown): Error {
  const [first] = push.Errors(payload)
  return problem(
    'WEBHOOK_MALFORMED',
    `payload${first?.instancePath ?? ''} of the push ${first?.message ?? 'does not fit'}`,
  )
}

function text(value: unknown, maxLength: number): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, maxLength) : undefined
}

/** Foreign text in an answer or a log: short, on one line. */
function shown(foreign: string): string {
  return JSON.stringify(foreign.length > 200 ? `${foreign.slice(0, 200)}…` : foreign)
}

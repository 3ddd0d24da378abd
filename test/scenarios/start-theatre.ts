import { hashToken, newToken } from '@narwhal/host'
import { type Files, type MadeRepository, makeRepository } from '../../libs/git/test/make-repository.ts'
import { startNarwhal } from '../stories/start-narwhal.ts'

/** Where scenarios are played, one after the other: one Narwhal, and a repository for each of them. */
export interface Theatre extends AsyncDisposable {
  readonly narwhal: Awaited<ReturnType<typeof startNarwhal>>
  /** Makes a repository that Narwhal can clone, with one commit. */
  addRepository(name: string, files: Files): Promise<MadeRepository>
  /** The API token of somebody who may approve. */
  tokenOf(name: string): string
  /** Lets time go on a little, when nothing else happens. */
  passTime(): Promise<void>
}

export const owner = 'scenarios'

/** What has no track goes to `ada` while she has a free slot: one clone of each repository is enough then. */
const labels = {
  ada: ['os=linux'],
  rubin: ['os=linux', 'track=ruby'],
  noether: ['os=linux', 'track=large', 'size=large'],
}

export interface TheatreOptions {
  readonly engine: string
  /** Time goes as it does outside, not in seconds whenever nothing happens. */
  readonly inRealTime: boolean
}

/** Opens the theatre: three runners with four slots each, and two people who may approve. */
export async function startTheatre({ engine, inRealTime }: TheatreOptions): Promise<Theatre> {
  await using undo = new AsyncDisposableStack()
  const repositories = new Map<string, MadeRepository>()
  const tokens = new Map(['grace', 'alan'].map((name) => [name, newToken()] as const))
  const approvers = [...tokens].map(([name, token]) => ({ name, tokenHash: hashToken(token) }))
  const sourceOf = ({ name }: { readonly name: string }) => repositories.get(name)?.path ?? '/nowhere'
  const runners = Object.keys(labels)
  const narwhal = undo.use(await startNarwhal({ runners, labels, slots: 4, engine, approvers, sourceOf }))
  const owned = undo.move()
  let lastAt = performance.now()
  return {
    narwhal,
    async addRepository(name, files) {
      const made = owned.use(await makeRepository({ files }))
      repositories.set(name, made)
      return made
    },
    tokenOf: (name) => tokens.get(name) ?? narwhal.apiToken,
    async passTime() {
      const realMs = Math.floor(performance.now() - lastAt)
      lastAt += realMs
      // never far at once: what containers said meanwhile has to be heard before the next look at the clock
      await narwhal.clock.advance(inRealTime ? Math.min(realMs, 500) : 1_000)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

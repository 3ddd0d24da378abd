import { isProblem, problem } from '@narwhal/protocol'
import type { GitObject } from './answer-buffer.ts'
import { Flights } from './flights.ts'
import { type MirrorPlace, prepareMirror, remakeMirror } from './mirror-directory.ts'
import { ObjectReader } from './object-reader.ts'

const maxCommitBytes = 1024 * 1024

/** What `sha` was found to be: the commit itself, also behind an annotated tag. */
export interface FoundCommit {
  readonly oid: string
  readonly body: Buffer
}

/**
 * One bare mirror.
 *
 * 1. Only flights write to it, one at a time.
 * 2. Nothing is ever removed from it but by making it anew, so a commit that was found stays, whatever becomes of its
 *    branch. It needs no ref for that (`gc.auto=0`); with one for each commit every fetch would cost more than the last.
 * 3. Once it is found to be damaged it is made anew before the next fetch.
 */
export class Mirror implements AsyncDisposable {
  readonly place: MirrorPlace
  readonly flights = new Flights()
  readonly reader: ObjectReader
  readonly #onUse: () => void
  #state: 'unseen' | 'whole' | 'damaged' = 'unseen'

  /** @param onUse  called before each question to `reader`. */
  constructor(place: MirrorPlace, onUse: () => void) {
    this.place = place
    this.reader = new ObjectReader(place.path)
    this.#onUse = onUse
  }

  get path(): string {
    return this.place.path
  }

  /** Resolves once a mirror stands there, empty perhaps. */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#state === 'whole') return
    await this.flights.join(
      'ready',
      async (flightSignal) => {
        if (this.#state === 'unseen') await prepareMirror(this.place, { signal: flightSignal })
        if (this.#state === 'damaged') await this.remake(flightSignal)
        this.#state = 'whole'
      },
      signal,
    )
  }

  /** Starts from an empty mirror. Only from within a flight. */
  async remake(signal: AbortSignal): Promise<void> {
    this.reader.close()
    await remakeMirror(this.place, { signal })
  }

  /** Rule 3. Gives the problem that tells so. */
  damaged(what: string, cause?: unknown) {
    this.#state = 'damaged'
    return isProblem(cause, 'MIRROR_BROKEN')
      ? cause
      : problem('MIRROR_BROKEN', `The mirror ${this.path} is damaged: ${what}.`, { cause })
  }

  /** An object, absent if the mirror has it not. @throws GIT_FILE_TOO_LARGE, MIRROR_BROKEN */
  async read(oid: string, options: { maxBytes: number; signal: AbortSignal }): Promise<GitObject | undefined> {
    this.#onUse()
    const answer = await this.reader.read(oid, options).catch((error: unknown) => {
      throw isProblem(error, 'MIRROR_BROKEN') ? this.damaged('git cannot read it', error) : error
    })
    if (answer === undefined || 'body' in answer) return answer
    const { tooLargeBytes } = answer
    throw problem('GIT_FILE_TOO_LARGE', `${oid} has ${tooLargeBytes} bytes; the limit is ${options.maxBytes}.`)
  }

  /** The commit `sha`, absent if it was not fetched yet. @throws COMMIT_NOT_FOUND when `sha` is no commit. */
  async find(sha: string, signal: AbortSignal): Promise<FoundCommit | undefined> {
    let oid = sha
    for (let depth = 0; depth < 5; depth += 1) {
      const object = await this.read(oid, { maxBytes: maxCommitBytes, signal })
      if (object === undefined) return undefined
      if (object.type === 'commit') return { oid, body: object.body }
      const named =
        object.type === 'tag' ? /^object ([0-9a-f]+)\n/.exec(object.body.toString('latin1'))?.[1] : undefined
      if (named === undefined) break
      oid = named
    }
    throw problem('COMMIT_NOT_FOUND', `${sha} is not a commit.`)
  }

  /** Ends the git that reads, and waits for the flights, whose signals are to be aborted before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.flights.settled(), this.reader[Symbol.asyncDispose]()])
  }
}

import { problem } from '@narwhal/protocol'
import { AnswerBuffer, type ObjectAnswer } from './answer-buffer.ts'
import { redact } from './redact.ts'
import { endGit, type GitChild, startGit } from './start-git.ts'
import { untilAborted } from './until-aborted.ts'

// One `git cat-file --batch` per mirror answers every look into it, so that a warm commit costs no new process.
//
// 1. git answers in the order of the questions: `#waiting` is in that order.
// 2. Questions are full object names and nothing else: git never resolves a name that a stranger chose.
// 3. An object above the limit of its question is not read: the child is ended, and a new one gets what still waits.

interface Question {
  readonly oid: string
  readonly maxBytes: number
  readonly answer: (answer: ObjectAnswer) => void
  readonly fail: (cause: unknown) => void
}

/** Reads objects of one mirror. It starts its git at the first question, and again when that git has ended. */
export class ObjectReader implements AsyncDisposable {
  readonly #path: string
  #waiting: Question[] = []
  #child: GitChild | undefined
  readonly #ending = new Set<Promise<unknown>>()
  #buffer = new AnswerBuffer()

  constructor(path: string) {
    this.#path = path
  }

  /** Nothing is being asked. */
  get idle(): boolean {
    return this.#waiting.length === 0
  }

  /**
   * @param maxBytes  of a larger object only the size is told.
   * @throws MIRROR_BROKEN when git cannot read the mirror, or the reason of `signal`.
   */
  async read(oid: string, { maxBytes, signal }: { maxBytes: number; signal: AbortSignal }): Promise<ObjectAnswer> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<ObjectAnswer>()
    this.#waiting.push({ oid, maxBytes, answer: resolve, fail: reject })
    this.#child ??= this.#start()
    this.#child.stdin.write(`${oid}\n`)
    return await untilAborted(promise, signal)
  }

  /** Its git runs. */
  get open(): boolean {
    return this.#child !== undefined
  }

  /** Ends the git and fails what is still being asked; the next question starts a new one. */
  close(): void {
    const child = this.#child
    if (child === undefined) return
    const closed: Promise<unknown> = new Promise((resolve) => child.once('close', resolve)).then(() =>
      this.#ending.delete(closed),
    )
    this.#ending.add(closed)
    endGit(child)
    this.#failWaiting(child, { said: 'it was closed', cause: undefined })
  }

  /** Closes, and waits until no git is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await Promise.all(this.#ending)
  }

  #start(): GitChild {
    const child = startGit(['--git-dir', this.#path, 'cat-file', '--batch'])
    let said = ''
    let cause: unknown
    this.#buffer = new AnswerBuffer()
    child.stdin.on('error', () => {}) // it ended; `close` tells
    child.stdout.on('data', (chunk: Buffer) => this.#take(child, chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-8192)
    })
    child.on('error', (error) => {
      cause = error
    })
    child.on('close', () => this.#failWaiting(child, { said, cause }))
    return child
  }

  #take(child: GitChild, chunk: Buffer): void {
    if (child !== this.#child) return
    this.#buffer.push(chunk)
    for (;;) {
      const question = this.#waiting[0]
      if (question === undefined) return
      const taken = this.#buffer.take(question.maxBytes)
      if (taken === 'incomplete') return
      this.#waiting.shift()
      question.answer(taken.answer)
      if (taken.answer !== undefined && 'tooLargeBytes' in taken.answer) return this.#restart(child) // 3
    }
  }

  #restart(child: GitChild): void {
    endGit(child)
    this.#child = undefined
    if (this.idle) return
    this.#child = this.#start()
    for (const { oid } of this.#waiting) this.#child.stdin.write(`${oid}\n`)
  }

  #failWaiting(child: GitChild, { said, cause }: { said: string; cause: unknown }): void {
    if (child !== this.#child) return
    this.#child = undefined
    const failed = this.#waiting
    this.#waiting = []
    const error =
      cause === undefined
        ? problem('MIRROR_BROKEN', `git could not read the mirror ${this.#path}:\n${redact(said, undefined)}`)
        : problem('GIT_MISSING', 'git could not be started.', { cause })
    for (const question of failed) question.fail(error)
  }
}

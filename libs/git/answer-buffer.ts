/** An object of git. */
export interface GitObject {
  readonly type: string
  readonly body: Buffer
}

/** The answer about one object: absent when there is none, its size only when it is larger than asked for. */
export type ObjectAnswer = GitObject | { readonly tooLargeBytes: number } | undefined

/** What came from a `git cat-file --batch` and was not read yet: `OID TYPE SIZE␊BODY␊` or `OID missing␊`. */
export class AnswerBuffer {
  #chunks: Buffer[] = []
  #bytes = 0
  #neededBytes = 1 // joining before that many bytes are there would be for nothing

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /** The next answer, once all of it is there. */
  take(maxBytes: number): { readonly answer: ObjectAnswer } | 'incomplete' {
    if (this.#bytes < this.#neededBytes) return 'incomplete'
    const all = Buffer.concat(this.#chunks)
    this.#keep(all, 0)
    const lineEnd = all.indexOf(10)
    if (lineEnd === -1) return this.#needs(all.length + 1)

    const [, type = '', size = ''] = all.toString('latin1', 0, lineEnd).split(' ')
    const bodyAt = lineEnd + 1
    if (type === 'missing') return this.#answer(undefined, all, bodyAt)
    const bodyEnd = bodyAt + Number(size)
    if (Number(size) > maxBytes) return { answer: { tooLargeBytes: Number(size) } }
    if (all.length < bodyEnd + 1) return this.#needs(bodyEnd + 1)
    return this.#answer({ type, body: all.subarray(bodyAt, bodyEnd) }, all, bodyEnd + 1)
  }

  #answer(answer: ObjectAnswer, all: Buffer, nextAt: number): { readonly answer: ObjectAnswer } {
    this.#keep(all, nextAt)
    this.#neededBytes = 1
    return { answer }
  }

  #needs(bytes: number): 'incomplete' {
    this.#neededBytes = bytes
    return 'incomplete'
  }

  #keep(all: Buffer, from: number): void {
    this.#chunks = [all.subarray(from)]
    this.#bytes = all.length - from
  }
}

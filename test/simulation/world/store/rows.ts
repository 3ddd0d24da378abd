/** Takes back what a transaction has changed. Whoever changes something while there is none has not waited for its own. */
export class Undo {
  #backs: (() => void)[] | undefined

  begin(): void {
    this.#backs = []
  }

  push(back: () => void): void {
    if (this.#backs === undefined) throw new RangeError('a transaction was over before all of it was written')
    this.#backs.push(back)
  }

  end(): void {
    this.#backs = undefined
  }

  /** The last change first. */
  takeBack(): void {
    for (const back of this.#backs?.toReversed() ?? []) back()
  }
}

/** One table: records by their key, which are never changed in place. */
export class Rows<T> {
  readonly #records = new Map<string, T>()

  get(key: string): T | undefined {
    return this.#records.get(key)
  }

  /** In the order in which their keys first came. */
  all(): readonly T[] {
    return [...this.#records.values()]
  }

  entries(): readonly (readonly [string, T])[] {
    return [...this.#records]
  }

  set(key: string, record: T, undo: Undo): void {
    const before = this.#records.get(key)
    undo.push(() => (before === undefined ? this.#records.delete(key) : this.#records.set(key, before)))
    this.#records.set(key, record)
  }

  delete(key: string, undo: Undo): boolean {
    const before = this.#records.get(key)
    if (before === undefined) return false
    undo.push(() => this.#records.set(key, before))
    return this.#records.delete(key)
  }

  get size(): number {
    return this.#records.size
  }
}

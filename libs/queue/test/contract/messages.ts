/** For calls that nobody aborts. */
export const always = { signal: new AbortController().signal }

export const message = (id: string, body = `{"id":"${id}"}`) => ({ id, body })

/** m0, m1, … */
export const manyIds = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `m${index}`)

/** Resolves in a later turn of the event loop. */
export const laterTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Calls one function after the other, in the order in which they are given to what it returns. */
export function inTurns(): <T>(turn: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (turn) => {
    const mine = last.then(turn)
    last = mine.catch(() => undefined)
    return mine
  }
}

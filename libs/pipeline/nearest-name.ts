/** The one of `names` that `text` is most likely a slip of; `undefined` when none is near enough. */
export function nearestName(text: string, names: readonly string[]): string | undefined {
  if (text.length > 40) return undefined
  const near = names
    .filter((name) => Math.abs(name.length - text.length) <= mostEdits(text, name))
    .map((name) => ({ name, edits: editsBetween(text.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= mostEdits(text, name))
  return near.toSorted((a, b) => a.edits - b.edits)[0]?.name
}

function mostEdits(text: string, name: string): number {
  return Math.max(1, Math.floor(Math.max(text.length, name.length) / 3))
}

/** Levenshtein's distance, in which two swapped neighbours count once ("optimal string alignment"). */
function editsBetween(a: string, b: string): number {
  let twoBack: readonly number[] = []
  let oneBack: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const replaced = at(oneBack, column - 1) + (same ? 0 : 1)
      const swapped =
        a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] ? at(twoBack, column - 2) + 1 : Infinity
      current.push(Math.min(at(oneBack, column) + 1, at(current, column - 1) + 1, replaced, swapped))
    }
    twoBack = oneBack
    oneBack = current
  }
  return at(oneBack, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}

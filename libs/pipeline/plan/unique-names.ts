import { lineOf } from '../expressions/fill-texts.ts'

/** What a job could be called. */
export interface NamedCell {
  /** As the file says, filled; else the key. */
  readonly name: string
  readonly key: string
  /** Of its cell; none without a matrix. */
  readonly values: readonly string[]
  /** The file gives the name, which may tell the cells apart already. */
  readonly isGiven: boolean
}

const maxLength = 200

/** The names of the jobs of a build, each once: `key (v1, v2)`, or the name that the file gives, told apart where it must be. */
export function uniqueNames(cells: readonly NamedCell[]): readonly string[] {
  const first = cells.map((cell) => (cell.isGiven ? cell.name : withValues(cell)))
  const counts = countsOf(first)
  const second = cells.map((cell, index) => {
    const name = first[index] ?? cell.name
    return counts.get(name) === 1 || !cell.isGiven ? name : withValues(cell)
  })
  return numbered(second)
}

function withValues({ name, values }: NamedCell): string {
  return values.length === 0 ? name : lineOf(`${name} (${values.join(', ')})`)
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** Whatever is still the same, such as names that were cut, gets a number. */
function numbered(names: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let unique = name
    for (let number = 2; taken.has(unique); number++) {
      unique = `${name.slice(0, maxLength - ` #${number}`.length)} #${number}`
    }
    taken.add(unique)
    return unique
  })
}

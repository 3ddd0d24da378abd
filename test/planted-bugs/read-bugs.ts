import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A mistake of one line, as somebody could make it. */
export interface PlantedBug {
  /** Such as `07-stale-attempts`. */
  readonly name: string
  /** What goes wrong, in a sentence: the first line of the patch. */
  readonly what: string
  readonly patch: string
  /** The file that it changes. */
  readonly file: string
}

const folder = fileURLToPath(new URL('./patches', import.meta.url))

/** All planted bugs, by their names. */
export function readBugs(): readonly PlantedBug[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.patch'))
  return names.toSorted((one, other) => (one < other ? -1 : 1)).map(readBug)
}

function readBug(name: string): PlantedBug {
  const patch = join(folder, name)
  const text = readFileSync(patch, 'utf8')
  const file = /^\+\+\+ b\/(.+)$/m.exec(text)?.[1] ?? ''
  return { name: name.replace(/\.patch$/, ''), what: text.split('\n')[0] ?? '', patch, file }
}

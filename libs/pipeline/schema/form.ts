/** The part of JSON Schema in which the schemas of this folder are written. */
export interface Form {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Form[]
  readonly oneOf?: readonly Form[]
  readonly properties?: Readonly<Record<string, Form>>
  readonly patternProperties?: Readonly<Record<string, Form>>
  /** `undefined` is what TypeBox says when no key must be there. */
  readonly required?: readonly string[] | undefined
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly items?: Form
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly 'x-narwhal'?: Hints
}

/** A map that is explained in a table of its own. */
export type Place = 'file' | 'job' | 'step' | 'sidecar'

/** What JSON Schema cannot say, for the parser, its messages and the reference; it stands under `x-narwhal`. */
export interface Hints {
  /** How it is written. */
  readonly example?: string
  /** How messages call it; a key is called by its name. */
  readonly noun?: string
  readonly place?: Place
  /** Under which name the published schema keeps it. */
  readonly published?: string
  /** What holds when the key is absent, for people. */
  readonly otherwise?: string
  readonly role?: 'shell' | 'condition' | 'duration' | 'size' | 'schedule' | 'glob'
  /** It may hold `${{ }}`, which may read what is known when: the build is planned, or the job starts. */
  readonly template?: 'plan' | 'start'
  /** Numbers and booleans become the text that stands in the file. */
  readonly asText?: true
  /** What text must be that has a `pattern`. */
  readonly must?: string
  readonly maxBytes?: number
  /** Shortest and longest duration, or smallest and largest size, as they are written. */
  readonly range?: readonly [least: string, most: string]
  /** What the keys of a map name that are not ours. */
  readonly names?: NamesHint
  /** Of these keys there is exactly one. */
  readonly oneOf?: readonly string[]
  /** What to do when there are too many entries. */
  readonly tooMany?: string
}

/** How messages speak of names that the author chose. */
export interface NamesHint {
  readonly noun: string
  readonly fix: string
}

/** Puts hints under their keyword. */
export function hints(said: Hints): { readonly 'x-narwhal': Hints } {
  return { 'x-narwhal': said }
}

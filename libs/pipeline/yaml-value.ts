/**
 * A value of a YAML file and where it begins; offsets count UTF-16 units from the beginning of the text.
 * `text` of a scalar is what stands in the file, so that `1.10` stays `1.10`. `broken` was reported already.
 */
export type YamlValue = YamlScalar | YamlList | YamlMap | { readonly kind: 'broken'; readonly start: number }

export interface YamlScalar {
  readonly kind: 'text' | 'number' | 'boolean' | 'nothing'
  readonly start: number
  /** Just behind its last character. */
  readonly end: number
  readonly text: string
}

export interface YamlList {
  readonly kind: 'list'
  readonly start: number
  readonly items: readonly YamlValue[]
}

export interface YamlMap {
  readonly kind: 'map'
  readonly start: number
  /** In the order of the file; keys are unique. */
  readonly entries: ReadonlyMap<string, YamlEntry>
}

export interface YamlEntry {
  readonly keyStart: number
  readonly value: YamlValue
}

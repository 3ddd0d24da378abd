import {
  type AliasEvent,
  CORE_SCHEMA,
  constructFromEvents,
  type DocumentEvent,
  type Event,
  EVENT_ID,
  getScalarValue,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml'
import type { ProblemList } from './problem-list.ts'
import type { YamlSource } from './reading.ts'
import {
  addAliasLimitProblem,
  addAliasProblem,
  addDocumentProblem,
  addDuplicateProblem,
  addKeyProblem,
  addMergeProblem,
  addTypeProblem,
} from './yaml-problems.ts'
import type { YamlEntry, YamlScalar, YamlValue } from './yaml-value.ts'

// 1. An alias stands for the very value of its anchor, so that its problems point at what was written.
// 2. An anchor is known only behind its value: nothing can contain itself.
// 3. At most `maxAliases` aliases are followed, which bounds the size of the tree.

const maxAliases = 10

/** The tree of the one document in `events`. Throws what js-yaml throws for escapes that stand for no character. */
export function readYamlTree(events: readonly Event[], source: YamlSource): YamlValue {
  const reader = new TreeReader(events, source)
  const root = reader.readValue()
  reader.refuseMore()
  return root
}

type CollectionEvent = SequenceEvent | MappingEvent

class TreeReader {
  readonly #events: readonly Event[]
  readonly #text: string
  readonly #problems: ProblemList
  readonly #anchors = new Map<string, YamlValue | undefined>()
  #next = 1 // behind the event that opens the document
  #aliases = 0
  #lastEnd = 0

  constructor(events: readonly Event[], { text, problems }: YamlSource) {
    this.#events = events
    this.#text = text
    this.#problems = problems
  }

  readValue(): YamlValue {
    const event = this.#events[this.#next++]
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, () => this.#readScalar(event))
      case EVENT_ID.SEQUENCE:
        return this.#anchored(event, () => this.#readList(event))
      case EVENT_ID.MAPPING:
        return this.#anchored(event, () => this.#readMap(event))
      case EVENT_ID.ALIAS:
        return this.#readAlias(event)
      default:
        return { kind: 'broken', start: this.#lastEnd }
    }
  }

  /** Adds a problem when a second document follows. */
  refuseMore(): void {
    const another = this.#events[this.#next + 1]
    if (another === undefined) return
    this.#next += 2
    addDocumentProblem(this.#problems, this.readValue().start)
  }

  #anchored(event: ScalarEvent | CollectionEvent, read: () => YamlValue): YamlValue {
    const { anchorStart, anchorEnd, tagStart, tagEnd } = event
    const name = anchorStart === -1 ? undefined : this.#text.slice(anchorStart, anchorEnd)
    if (name !== undefined) this.#anchors.set(name, undefined)
    if (tagStart !== -1) addTypeProblem(this.#problems, tagStart, this.#text.slice(tagStart, tagEnd))
    const value = read()
    if (name !== undefined) this.#anchors.set(name, value)
    return value
  }

  #readScalar(event: ScalarEvent): YamlScalar {
    if (event.valueStart === -1) return { kind: 'nothing', start: this.#lastEnd, end: this.#lastEnd, text: '' }
    this.#lastEnd = event.valueEnd
    const text = getScalarValue(this.#text, event)
    const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED
    const kind = event.style === SCALAR_STYLE.PLAIN ? plainKind(event, this.#text) : 'text'
    return { kind, start: event.valueStart - (isQuoted ? 1 : 0), end: event.valueEnd, text }
  }

  #readList({ start }: SequenceEvent): YamlValue {
    const items: YamlValue[] = []
    this.#lastEnd = start
    while (!this.#isClosed()) {
      if (this.#nextIsNothing()) this.#lastEnd = this.#nextDash()
      items.push(this.readValue())
    }
    return { kind: 'list', start, items }
  }

  #readMap({ start }: MappingEvent): YamlValue {
    const entries = new Map<string, YamlEntry>()
    this.#lastEnd = start
    while (!this.#isClosed()) {
      const key = this.readValue()
      const value = this.readValue()
      this.#addEntry(entries, key, value)
    }
    return { kind: 'map', start, entries }
  }

  #addEntry(entries: Map<string, YamlEntry>, key: YamlValue, value: YamlValue): void {
    const problems = this.#problems
    if (!('text' in key)) return addKeyProblem(problems, key.start)
    if (key.kind === 'text' && key.text === '<<') return addMergeProblem(problems, key.start)
    const first = entries.get(key.text)?.keyStart
    if (first !== undefined) return addDuplicateProblem(problems, key.start, { key: key.text, first })
    entries.set(key.text, { keyStart: key.start, value })
  }

  #readAlias({ anchorStart, anchorEnd }: AliasEvent): YamlValue {
    const start = anchorStart - 1
    const value = this.#anchors.get(this.#text.slice(anchorStart, anchorEnd))
    this.#lastEnd = anchorEnd
    this.#aliases++
    if (this.#aliases <= maxAliases && value !== undefined) return value
    if (this.#aliases <= maxAliases) addAliasProblem(this.#problems, start, this.#text.slice(start, anchorEnd))
    if (this.#aliases === maxAliases + 1) addAliasLimitProblem(this.#problems, start, maxAliases)
    return { kind: 'broken', start }
  }

  #isClosed(): boolean {
    const closed = this.#events[this.#next]?.type === EVENT_ID.POP || this.#next >= this.#events.length
    if (closed) this.#next++
    return closed
  }

  #nextIsNothing(): boolean {
    const event = this.#events[this.#next]
    return event?.type === EVENT_ID.SCALAR && event.valueStart === -1
  }

  /** Just behind the dash of an item that has no value, which js-yaml does not tell. */
  #nextDash(): number {
    const found = /(?:#[^\n]*\n|[^-#])*-/y
    found.lastIndex = this.#lastEnd
    return found.test(this.#text) ? found.lastIndex : this.#lastEnd
  }
}

const document: DocumentEvent = { type: EVENT_ID.DOCUMENT, explicitStart: false, explicitEnd: false, directives: [] }

/** What a scalar without quotes is in YAML 1.2: only `true`, `false`, `null`, `~` and numbers are not text. */
function plainKind(event: ScalarEvent, source: string): YamlScalar['kind'] {
  const untagged = { ...event, anchorStart: -1, anchorEnd: -1, tagStart: -1, tagEnd: -1 }
  const [value] = constructFromEvents([document, untagged, { type: EVENT_ID.POP }], { source, schema: CORE_SCHEMA })
  if (value === null) return 'nothing'
  if (typeof value === 'number') return 'number'
  return typeof value === 'boolean' ? 'boolean' : 'text'
}

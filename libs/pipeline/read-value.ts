import { checkKeys } from './check-keys.ts'
import { quoted } from './quoted.ts'
import { readName } from './read-name.ts'
import { readNumber } from './read-number.ts'
import { readText } from './read-text.ts'
import type { Reading } from './reading.ts'
import type { Form } from './schema/form.ts'
import type { YamlList, YamlMap, YamlScalar, YamlValue } from './yaml-value.ts'

type ReadableValue = Exclude<YamlValue, { kind: 'broken' }>

/** The plain value of `value`; it fits the form if no problem was added. */
export function readValue(value: YamlValue, reading: Reading): unknown {
  if (value.kind === 'broken') return undefined
  const form = alternatives(reading.form).find((one) => fits(value, one))
  if (form === undefined) return addTypeProblem(value, reading)
  switch (value.kind) {
    case 'list':
      return readList(value, { ...reading, form })
    case 'map':
      return readMap(value, { ...reading, form })
    default:
      return readScalar(value, { ...reading, form })
  }
}

function alternatives(form: Form): readonly Form[] {
  return form.anyOf ?? [form]
}

function fits({ kind }: ReadableValue, form: Form): boolean {
  const role = form['x-narwhal']?.role
  if (kind === 'number' && (role === 'duration' || role === 'size')) return true // a number without its unit
  return kindsOf(form).includes(kind)
}

type Kind = ReadableValue['kind']

const kindsOfTypes: Readonly<Record<string, Kind>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  array: 'list',
  object: 'map',
  null: 'nothing',
}

function kindsOf({ type = '', enum: words }: Form): readonly (Kind | undefined)[] {
  return [words === undefined ? kindsOfTypes[type] : 'text']
}

function readScalar(value: YamlScalar, reading: Reading): unknown {
  if (reading.form['x-narwhal']?.asText === true)
    return reading.form.type === 'integer' ? readNumber(value, reading).text : readText(value, reading)
  switch (value.kind) {
    case 'number':
      return fitsNumber(reading.form) ? readNumber(value, reading).number : readText(value, reading)
    case 'boolean':
      return value.text.toLowerCase() === 'true'
    case 'nothing':
      return null
    default:
      return readText(value, reading)
  }
}

function fitsNumber({ type }: Form): boolean {
  return type === 'number' || type === 'integer'
}

function readList(list: YamlList, reading: Reading): readonly unknown[] {
  const { form, subject, problems, path } = reading
  const { items = {}, minItems = 0, maxItems = Infinity, 'x-narwhal': said } = form
  if (list.items.length < minItems) {
    problems.add('PIPELINE_EMPTY', list.start, { message: `${subject} is empty`, hint: exampleHint(said?.example) })
  }
  if (list.items.length > maxItems) {
    problems.add('PIPELINE_OVER_LIMIT', list.items[maxItems]?.start ?? list.start, {
      message: `${subject} has ${list.items.length} entries; ${maxItems} is the limit`,
      hint: said?.tooMany ?? 'Remove some.',
    })
  }
  const noun = items['x-narwhal']?.noun ?? `an entry of ${subject}`
  return list.items
    .slice(0, maxItems)
    .map((item, index) => readValue(item, { ...reading, form: items, subject: noun, path: [...path, index] }))
}

function readMap(map: YamlMap, reading: Reading): Readonly<Record<string, unknown>> {
  const { properties = {}, patternProperties } = reading.form
  const read: [string, unknown][] = []
  for (const [key, { keyStart, value }] of map.entries) {
    const form = Object.hasOwn(properties, key) ? properties[key] : readName({ key, start: keyStart }, reading)
    if (form === undefined) continue
    read.push([key, readValue(value, { ...reading, form, subject: quoted(key), path: [...reading.path, key] })])
  }
  checkCount(map, reading)
  if (patternProperties === undefined) checkKeys(map, reading)
  checkBytes(map, read, reading)
  return Object.fromEntries(read)
}

function checkCount(map: YamlMap, { form, subject, problems }: Reading): void {
  const { minProperties = 0, maxProperties = Infinity, 'x-narwhal': said } = form
  if (map.entries.size < minProperties) {
    problems.add('PIPELINE_EMPTY', map.start, { message: `${subject} is empty`, hint: exampleHint(said?.example) })
  }
  if (map.entries.size > maxProperties) {
    const first = [...map.entries.values()][maxProperties]?.keyStart ?? map.start
    problems.add('PIPELINE_OVER_LIMIT', first, {
      message: `${subject} has ${map.entries.size} entries; ${maxProperties} is the limit`,
      hint: said?.tooMany ?? 'Remove some.',
    })
  }
}

function checkBytes(map: YamlMap, read: readonly [string, unknown][], { form, subject, problems }: Reading): void {
  const { maxBytes = Infinity } = form['x-narwhal'] ?? {}
  if (maxBytes === Infinity) return
  const bytes = read.reduce((sum, [key, text]) => sum + Buffer.byteLength(`${key}=${text}\0`), 0)
  if (bytes <= maxBytes) return
  problems.add('PIPELINE_OVER_LIMIT', map.start, {
    message: `${subject} has ${bytes} bytes; ${maxBytes} is the limit`,
    hint: 'Put large values into a file of the repository.',
  })
}

const namesOfTypes: Readonly<Record<string, readonly string[]>> = {
  string: ['text'],
  number: ['a number'],
  integer: ['a number'],
  boolean: ['true', 'false'],
  array: ['a list'],
  object: ['a map'],
}

function addTypeProblem(value: ReadableValue, { form, subject, problems }: Reading): undefined {
  const example = exampleHint(form['x-narwhal']?.example)
  if (value.kind === 'nothing') {
    problems.add('PIPELINE_EMPTY', value.start, { message: `${subject} is empty`, hint: example })
    return
  }
  const types = alternatives(form).map(({ type, enum: words }) => (words === undefined ? (type ?? '') : 'string'))
  const names = new Set(types.flatMap((type) => namesOfTypes[type] ?? []))
  const message = `${subject} must be ${listed([...names])}, but this is ${shown(value)}`
  const isText = alternatives(form).some(({ type, enum: words }) => type === 'string' && words === undefined)
  const quotable = isText && 'text' in value
  const hint = quotable ? `Put it in quotes to make it text: ${quoted(value.text)}` : example
  problems.add('PIPELINE_WRONG_TYPE', value.start, { message, hint })
}

function listed(names: readonly string[]): string {
  return names.join(', ').replace(/, ([^,]*)$/, ' or $1')
}

function shown(value: YamlScalar | YamlList | YamlMap): string {
  if (value.kind === 'list' || value.kind === 'map') return `a ${value.kind}`
  return value.kind === 'text' ? 'text' : `the ${value.kind} ${quoted(value.text).slice(1, -1)}`
}

function exampleHint(example: string | undefined): string {
  return `Write for example: ${example}`
}

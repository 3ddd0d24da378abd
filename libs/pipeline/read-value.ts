import { checkKeys } from './check-keys.ts'
import type { Form } from './pipeline-schema.ts'
import { quoted } from './quoted.ts'
import { readEnvName } from './read-env-name.ts'
import { readText } from './read-text.ts'
import type { Reading } from './reading.ts'
import type { YamlList, YamlMap, YamlScalar, YamlValue } from './yaml-value.ts'

/** The plain value of `value`; it fits the form if no problem was added. Numbers become text where text may stand. */
export function readValue(value: YamlValue, reading: Reading): unknown {
  if (value.kind === 'broken') return undefined
  const form = alternatives(reading.form).find((one) => fits(value, one))
  if (form === undefined) return addTypeProblem(value, reading)
  switch (value.kind) {
    case 'list':
      return readList(value, { ...reading, form })
    case 'map':
      return form.patternProperties ? readRecord(value, { ...reading, form }) : readMap(value, { ...reading, form })
    default:
      return readText(value, { ...reading, form })
  }
}

function alternatives(form: Form): readonly Form[] {
  return form.anyOf ?? [form]
}

const typesOfKinds = { text: 'string', number: 'number', boolean: 'boolean', list: 'array', map: 'object', nothing: '' }

function fits(value: Exclude<YamlValue, { kind: 'broken' }>, form: Form): boolean {
  if (form['x-narwhal']?.role === 'duration' && value.kind === 'number') return true // a number without its unit
  return form.type === typesOfKinds[value.kind]
}

function readList(list: YamlList, reading: Reading): readonly unknown[] {
  const { form, subject, problems } = reading
  const { items = {}, minItems = 0, maxItems = Infinity, 'x-narwhal': said } = form
  if (list.items.length < minItems) {
    problems.add('PIPELINE_EMPTY', list.start, { message: `${subject} is empty`, hint: exampleHint(said?.example) })
  }
  if (list.items.length > maxItems) {
    problems.add('PIPELINE_OVER_LIMIT', list.items[maxItems]?.start ?? list.start, {
      message: `${subject} has ${list.items.length} entries; ${maxItems} is the limit`,
      hint: 'Put several commands into one `run: |`.',
    })
  }
  const noun = items['x-narwhal']?.noun ?? `an entry of ${subject}`
  return list.items.slice(0, maxItems).map((item) => readValue(item, { ...reading, form: items, subject: noun }))
}

function readMap(map: YamlMap, reading: Reading): Readonly<Record<string, unknown>> {
  const { properties = {} } = reading.form
  const read: [string, unknown][] = []
  for (const [key, { value }] of map.entries) {
    const form = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (form !== undefined) read.push([key, readValue(value, { ...reading, form, subject: quoted(key) })])
  }
  checkKeys(map, reading)
  return Object.fromEntries(read)
}

function readRecord(map: YamlMap, reading: Reading): Readonly<Record<string, unknown>> {
  const { form, subject, problems } = reading
  const read: [string, unknown][] = []
  let bytes = 0
  for (const [key, { keyStart, value }] of map.entries) {
    const valueForm = readEnvName({ key, start: keyStart }, reading)
    if (valueForm === undefined) continue
    const text = readValue(value, { ...reading, form: valueForm, subject: quoted(key) })
    bytes += Buffer.byteLength(`${key}=${text}\0`)
    read.push([key, text])
  }
  const { maxBytes = Infinity } = form['x-narwhal'] ?? {}
  if (bytes > maxBytes) {
    problems.add('PIPELINE_OVER_LIMIT', map.start, {
      message: `${subject} has ${bytes} bytes; ${maxBytes} is the limit`,
      hint: 'Put large values into a file of the repository.',
    })
  }
  return Object.fromEntries(read)
}

const namesOfTypes: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'a boolean',
  array: 'a list',
  object: 'a map',
}

function addTypeProblem(
  value: Exclude<YamlValue, { kind: 'broken' }>,
  { form, subject, problems }: Reading,
): undefined {
  const example = exampleHint(form['x-narwhal']?.example)
  if (value.kind === 'nothing') {
    problems.add('PIPELINE_EMPTY', value.start, { message: `${subject} is empty`, hint: example })
    return
  }
  const types = alternatives(form).map(({ type = '' }) => type)
  const message = `${subject} must be ${listed(types.map((type) => namesOfTypes[type] ?? type))}, but this is ${shown(value)}`
  const quotable = types.includes('string') && 'text' in value
  const hint = quotable ? `Put it in quotes to make it text: ${quoted(value.text)}` : example
  problems.add('PIPELINE_WRONG_TYPE', value.start, { message, hint })
}

function listed(names: readonly string[]): string {
  return names.join(', ').replace(/, ([^,]*)$/, ' or $1')
}

function shown(value: YamlScalar | YamlList | YamlMap): string {
  if (value.kind === 'list' || value.kind === 'map') return `a ${value.kind}`
  return value.kind === 'text' ? 'text' : `the ${value.kind} ${printableScalar(value)}`
}

function printableScalar({ text }: YamlScalar): string {
  return quoted(text).slice(1, -1)
}

function exampleHint(example: string | undefined): string {
  return `Write for example: ${example}`
}

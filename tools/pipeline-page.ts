import { type Form, type Place, PipelineFile } from '@narwhal/pipeline'
import { behindTables, beforeTables } from './pipeline-chapters.ts'

/** The text of docs/narwhal-yml.md: chapters by hand, and the tables of all keys from the schema. */
export function pipelinePage(): string {
  const job = formOf('job')
  const jobKeys = new Set(Object.keys(job?.properties ?? {}))
  const ofFile = (key: string) => !jobKeys.has(key) || key === 'concurrency'
  const shown = new Set<string>()
  const inputs = job?.properties?.['with']
  const sections = [
    ...section('Keys of the file', fileText, rowsOf(formOf('file'), { shown, takes: ofFile })),
    ...section('Keys of a job', jobText, rowsOf(job, { shown })),
    ...section('Keys of a step', stepText, rowsOf(formOf('step'), { shown })),
    ...section('Keys of a sidecar', sidecarText, rowsOf(formOf('sidecar'), { shown })),
    ...section('Inputs of `uses: image`', inputsText, rowsOf(inputs, { shown })),
  ]
  return [beforeTables, ...sections, behindTables].join('\n')
}

const fileText =
  'A file takes these, and all keys of a job: without `jobs` it is one job, called `build`; with `jobs` they are defaults.'
const jobText =
  'A job under `jobs` is a command (text), a list of steps, or a map with these keys. Exactly one of `run`, `steps` and `uses` must be there.'
const stepText =
  'A step is a command (text) or a map with these keys. Exactly one of `run`, `uses` and `parallel` must be there.'
const sidecarText =
  'Under `services`, a host name stands for an image (text) or a map with these keys. `image` must be there.'
const inputsText =
  'The step builds a container image, validates it, tags it and pushes it, in this order. What was built already from the same content is not built again.'

interface RowOptions {
  /** Keys whose own keys have been shown already. */
  readonly shown: Set<string>
  readonly takes?: (key: string) => boolean
}

interface Row {
  readonly key: string
  readonly form: Form
}

function section(title: string, text: string, rows: readonly Row[]): readonly string[] {
  return [`## ${title}\n\n${text}\n\n${table(rows)}\n`]
}

function table(rows: readonly Row[]): string {
  const head = '| key | takes | default | example | meaning |\n| --- | --- | --- | --- | --- |'
  const lines = rows.map(({ key, form }) => {
    const { otherwise = '', example = '' } = form['x-narwhal'] ?? {}
    const cells = [`\`${key}\``, typeText(form), otherwise, `\`${example}\``, form.description ?? '']
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  })
  return [head, ...lines].join('\n')
}

/** The keys of a form, each followed by those of its map. */
function rowsOf(form: Form | undefined, { shown, takes = () => true }: RowOptions): readonly Row[] {
  return Object.entries(form?.properties ?? {})
    .filter(([key]) => takes(key))
    .flatMap(([key, value]) => [{ key, form: value }, ...rowsBelow(key, value, shown)])
}

/** Maps that have a table of their own. */
const ownTables = ['jobs', 'steps', 'services', 'with', 'parallel']

function rowsBelow(path: string, form: Form, shown: Set<string>): readonly Row[] {
  if (shown.has(path) || ownTables.includes(path)) return []
  const maps = mapsIn(form)
  if (maps.length === 0) return []
  shown.add(path)
  return maps.flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([key, value]) => [
      { key: `${path}.${key}`, form: value },
      ...rowsBelow(`${path}.${key}`, value, shown),
    ]),
  )
}

/** The maps that may stand in a form, without repetition. */
function mapsIn(form: Form): readonly Form[] {
  if (form.properties !== undefined) return [form]
  const inner = [
    ...(form.anyOf ?? []),
    ...(form.items ? [form.items] : []),
    ...Object.values(form.patternProperties ?? {}),
  ]
  const maps = inner.flatMap(mapsIn)
  const keys = maps.map(({ properties = {} }) => Object.keys(properties).join())
  return maps.filter((_, index) => keys.indexOf(keys[index] ?? '') === index)
}

const typesOfRoles: Readonly<Record<string, string>> = {
  duration: 'duration',
  size: 'size',
  schedule: 'time of cron',
  condition: 'expression',
}

function typeText(form: Form): string {
  const { type = '', enum: words, anyOf, 'x-narwhal': said } = form
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeText).filter((text) => text !== ''))].join(' or ')
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(' or ')
  const role = typesOfRoles[said?.role ?? '']
  if (role !== undefined) return role
  if (said?.asText === true) return 'text'
  const types = {
    string: 'text',
    integer: 'number',
    boolean: '`true` or `false`',
    array: 'list',
    object: 'map',
    null: '',
  }
  return type in types ? types[type as keyof typeof types] : type // checked by `in`
}

/** The map that a table explains; steps of `parallel` have no table. */
function formOf(place: Place, form: Form = PipelineFile): Form | undefined {
  if (form['x-narwhal']?.place === place) return form
  const { properties = {}, patternProperties = {}, anyOf = [], items } = form
  const inner = [...Object.values(properties), ...Object.values(patternProperties), ...anyOf, ...(items ? [items] : [])]
  for (const one of inner) {
    const found = formOf(place, one)
    if (found !== undefined) return found
  }
  return undefined
}

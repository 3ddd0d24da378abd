import type { Form } from './schema/form.ts'
import { PipelineFile } from './schema/pipeline-file.ts'

/** How messages call the maps other than `form` that take `key`: the file, a job, a step, a sidecar and what is in them. */
export function placesOf(key: string, form: Form): readonly string[] {
  const nouns = places().filter(({ keys, noun }) => keys.has(key) && noun !== form['x-narwhal']?.noun)
  // what a job takes the file takes too, as a default: the job is where people look for it
  const isOfJobs = nouns.some(({ noun }) => noun === 'a job')
  return nouns.map(({ noun }) => noun).filter((noun) => !(isOfJobs && noun === 'the file'))
}

interface KnownPlace {
  readonly noun: string
  readonly keys: ReadonlySet<string>
}

let found: readonly KnownPlace[] | undefined

function places(): readonly KnownPlace[] {
  found ??= mapsIn(PipelineFile)
  return found
}

function mapsIn(form: Form): readonly KnownPlace[] {
  const { properties = {}, patternProperties = {}, anyOf = [], items, 'x-narwhal': said } = form
  const inner = [...Object.values(properties), ...Object.values(patternProperties), ...anyOf, ...(items ? [items] : [])]
  const own = said?.place === undefined ? [] : [{ noun: said.noun ?? 'it', keys: new Set(Object.keys(properties)) }]
  const all = [...own, ...inner.flatMap(mapsIn)]
  return all.filter(({ noun }, index) => all.findIndex((other) => other.noun === noun) === index)
}

import { type Form, PipelineFile } from '@narwhal/pipeline'

/**
 * The text of docs/narwhal.schema.json: the schema of narwhal.yml for editors, in JSON Schema draft 7, which their YAML
 * support knows best. What occurs in several places stands under `definitions`.
 */
export function publishedSchema(): string {
  const definitions = new Map<string, unknown>()
  const root = published(PipelineFile, definitions)
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'narwhal.yml',
    description: 'A pipeline of Narwhal. See docs/narwhal-yml.md.',
    ...root,
    definitions: Object.fromEntries([...definitions].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
  return `${JSON.stringify(schema, undefined, 2)}\n`
}

/** A form without our hints; one with a published name becomes a reference to that. */
function published(form: Form, definitions: Map<string, unknown>): Readonly<Record<string, unknown>> {
  const { 'x-narwhal': said, ...keywords } = form
  const inner = (one: Form) => published(one, definitions)
  const schema = {
    ...keywords,
    ...(form.properties && { properties: mapForms(form.properties, inner) }),
    ...(form.patternProperties && { patternProperties: mapForms(form.patternProperties, inner) }),
    ...(form.anyOf && { anyOf: form.anyOf.map(inner) }),
    ...(form.items && { items: inner(form.items) }),
    ...(said?.example === undefined || form.description === undefined ? {} : { description: described(form) }),
  }
  if (said?.published === undefined) return schema
  definitions.set(said.published, schema)
  return { $ref: `#/definitions/${said.published}` }
}

function mapForms(forms: Readonly<Record<string, Form>>, inner: (form: Form) => unknown): unknown {
  return Object.fromEntries(Object.entries(forms).map(([key, form]) => [key, inner(form)]))
}

/** What editors show: the meaning, an example, and what holds without the key. */
function described({ description, 'x-narwhal': said }: Form): string {
  const otherwise = said?.otherwise === undefined ? '' : `\nDefault: ${said.otherwise}`
  return `${description}\nExample: ${said?.example}${otherwise}`
}

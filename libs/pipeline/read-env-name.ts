import type { Form } from './pipeline-schema.ts'
import { quoted } from './quoted.ts'
import type { KeyPlace, Reading } from './reading.ts'

/** Names that would reach into the objects of programs that read them. */
const refusedNames = ['__proto__', 'constructor', 'prototype']

/** The form of the value of an environment variable; `undefined` when its name is none. */
export function readEnvName({ key, start }: KeyPlace, { form, problems }: Reading): Form | undefined {
  const [[pattern, value] = ['', {}]] = Object.entries(form.patternProperties ?? {})
  if (new RegExp(pattern, 'u').test(key) && !refusedNames.includes(key)) return value
  problems.add('PIPELINE_BAD_NAME', start, {
    message: `${quoted(key)} is no name for an environment variable`,
    hint: 'Use letters, digits and _, and begin with a letter or _, for example: NODE_ENV',
  })
  return undefined
}

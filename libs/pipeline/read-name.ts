import { quoted } from './quoted.ts'
import type { KeyPlace, Reading } from './reading.ts'
import type { Form } from './schema/form.ts'

/** Names that would reach into the objects of programs that read them. */
const refusedNames = ['__proto__', 'constructor', 'prototype']

/**
 * The form of the value under a name that the author chose, such as that of a job or a variable.
 *
 * @returns `undefined` when it is no such name, which is a problem, or when names cannot be chosen here.
 */
export function readName({ key, start }: KeyPlace, { form, problems }: Reading): Form | undefined {
  const [found] = Object.entries(form.patternProperties ?? {})
  if (found === undefined) return undefined
  const [pattern, value] = found
  if (new RegExp(pattern, 'u').test(key) && !refusedNames.includes(key)) return value
  const { noun = 'a key', fix = 'Use another name.' } = form['x-narwhal']?.names ?? {}
  problems.add('PIPELINE_BAD_NAME', start, { message: `${quoted(key)} is no name for ${noun}`, hint: fix })
  return undefined
}

import type { Reading } from './reading.ts'
import type { YamlScalar } from './yaml-value.ts'

/** The number of a scalar, and its text. It fits the form if no problem was added. */
export function readNumber(value: YamlScalar, { form, subject, problems }: Reading): ReadNumber {
  const { type, minimum = -Infinity, maximum = Infinity, 'x-narwhal': said } = form
  const number = Number(value.text)
  const isWhole = /^-?[0-9]{1,15}$/.test(value.text)
  if (number >= minimum && number <= maximum && (type !== 'integer' || isWhole)) return { number, text: value.text }
  const what = type === 'integer' ? 'a whole number' : 'a number'
  problems.add('PIPELINE_BAD_VALUE', value.start, {
    message: `${subject} must be ${what} from ${minimum} to ${maximum}`,
    hint: `Write for example: ${said?.example}`,
  })
  return { number, text: value.text }
}

/** A number as it was understood and as it stands in the file. */
export interface ReadNumber {
  readonly number: number
  readonly text: string
}

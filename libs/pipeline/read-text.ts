import type { Form } from './pipeline-schema.ts'
import { parseDuration } from './parse-duration.ts'
import type { Reading } from './reading.ts'
import type { YamlScalar } from './yaml-value.ts'

/** The text of a scalar. It fits the form if no problem was added; at most one is. */
export function readText(value: YamlScalar, reading: Reading): string {
  const checks = [checkEmpty, checkNul, checkExpression, checkDuration, checkLength, checkPattern]
  checks.some((check) => check(value, reading))
  return value.text
}

type Check = (value: YamlScalar, reading: Reading) => boolean

const hintsOf = (form: Form) => form['x-narwhal'] ?? {}

const checkEmpty: Check = ({ text, start }, { form, subject, problems }) => {
  if ((form.minLength ?? 0) === 0 || text.trim() !== '') return false
  const hint = `Write for example: ${hintsOf(form).example}`
  problems.add('PIPELINE_EMPTY', start, { message: `${subject} is empty`, hint })
  return true
}

const checkNul: Check = ({ text, start }, { subject, problems }) => {
  if (!text.includes('\0')) return false
  problems.add('PIPELINE_BAD_TEXT', start, {
    message: `${subject} has a NUL character`,
    hint: 'Remove the escape \\0, \\x00 or \\u0000.',
  })
  return true
}

const opening = '${{'

const checkExpression: Check = (value, { form, subject, problems, text }) => {
  if (!value.text.includes(opening)) return false
  const found = text.indexOf(opening, value.start)
  const offset = found === -1 || found >= value.end ? value.start : found
  if (hintsOf(form).role === 'shell') {
    problems.add('PIPELINE_EXPRESSION_IN_RUN', offset, {
      message: 'commands cannot hold `${{ }}`: whoever writes its value could inject commands',
      hint: 'Use an environment variable in double quotes instead: "$NARWHAL_BRANCH"',
    })
    return true
  }
  problems.add('PIPELINE_EXPRESSION_NOT_YET', offset, {
    message: `\`\${{ }}\` in ${subject} is not understood yet by this version`,
    hint: 'Write the value itself.',
  })
  return true
}

const checkDuration: Check = ({ text, start }, { form, subject, problems }) => {
  if (hintsOf(form).role !== 'duration' || parseDuration(text) !== undefined) return false
  problems.add('PIPELINE_BAD_DURATION', start, {
    message: `${subject} must be a duration from 1s to 24h`,
    hint: 'Write hours, minutes and seconds, for example: 30s, 15m, 1h or 1h30m',
  })
  return true
}

const checkLength: Check = ({ text, start }, { form, subject, problems }) => {
  const { maxBytes = Infinity } = hintsOf(form)
  const { maxLength = Infinity } = form
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxBytes && text.length <= maxLength) return false
  const [size, limit] = bytes > maxBytes ? [`${bytes} bytes`, maxBytes] : [`${text.length} characters`, maxLength]
  problems.add('PIPELINE_OVER_LIMIT', start, {
    message: `${subject} has ${size}; ${limit} is the limit`,
    hint: hintsOf(form).role === 'shell' ? 'Put the commands into a script of the repository.' : 'Make it shorter.',
  })
  return true
}

const checkPattern: Check = ({ text, start }, { form, subject, problems }) => {
  const { must, example } = hintsOf(form)
  if (must === undefined || form.pattern === undefined || new RegExp(form.pattern, 'u').test(text)) return false
  problems.add('PIPELINE_BAD_TEXT', start, {
    message: `${subject} must ${must}`,
    hint: `Write for example: ${example}`,
  })
  return true
}

import { globFault } from './glob.ts'
import { isSchedule } from './is-schedule.ts'
import { nearestName } from './nearest-name.ts'
import { parseDuration } from './parse-duration.ts'
import { parseSize } from './parse-size.ts'
import type { ProblemText } from './problem-list.ts'
import { quoted } from './quoted.ts'
import type { Reading } from './reading.ts'
import type { Form } from './schema/form.ts'
import { sourceOffset } from './source-offset.ts'
import type { YamlScalar } from './yaml-value.ts'

/** The text of a scalar. It fits the form if no problem was added; at most one is. */
export function readText(value: YamlScalar, reading: Reading): string {
  const checks = [
    checkEmpty,
    checkNul,
    checkExpression,
    checkWord,
    checkMeasure,
    checkSchedule,
    checkLength,
    checkPattern,
    checkGlob,
  ]
  const isBroken = checks.some((check) => check(value, reading))
  if (!isBroken) collectExpression(value, reading)
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
  const { role, template } = hintsOf(form)
  const at = value.text.indexOf(opening)
  if (at === -1 || template !== undefined) return false
  const offset = sourceOffset(value, at, text)
  if (role === 'shell') {
    problems.add('PIPELINE_EXPRESSION_IN_RUN', offset, {
      message: 'commands cannot hold `${{ }}`: whoever writes its value could inject commands',
      hint: 'Put it into `env:` and use the variable in double quotes, for example: "$NARWHAL_BRANCH"',
    })
    return true
  }
  problems.add('PIPELINE_EXPRESSION_MISPLACED', offset, misplaced(value, { form, subject }))
  return true
}

function misplaced({ text }: YamlScalar, { form, subject }: Pick<Reading, 'form' | 'subject'>): ProblemText {
  if (hintsOf(form).role !== 'condition') {
    const message = `\`\${{ }}\` cannot stand in ${subject}`
    return { message, hint: `It may stand in ${templatePlaces}.` }
  }
  const inner = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(text)?.[1]?.trim() ?? 'branch == "main"'
  return {
    message: `${subject} is an expression already`,
    hint: `Write it without \`\${{\` and \`}}\`: if: ${quoted(inner).slice(1, -1)}`,
  }
}

const templatePlaces = '`image`, `name`, `env`, `with`, `concurrency`, the fields of a sidecar and the `key` of a cache'

const checkWord: Check = ({ text, start }, { form, subject, problems }) => {
  const words = form.enum ?? []
  if (form.enum === undefined || words.includes(text)) return false
  const meant = nearestName(text, words)
  const all = words.join(', ').replace(/, ([^,]*)$/, ' or $1')
  problems.add('PIPELINE_BAD_VALUE', start, {
    message: `${subject} must be ${all}, but this is ${quoted(text)}`,
    hint: meant === undefined ? `Write for example: ${hintsOf(form).example}` : `Did you mean ${quoted(meant)}?`,
  })
  return true
}

const measures = {
  duration: {
    parse: parseDuration,
    code: 'PIPELINE_BAD_DURATION',
    hint: 'Write days, hours, minutes and seconds, for example: 30s, 15m, 1h30m or 7d',
  },
  size: {
    parse: parseSize,
    code: 'PIPELINE_BAD_SIZE',
    hint: 'Write KiB, MiB, GiB or TiB behind a number, for example: 512MiB or 1.5GiB',
  },
} as const

const checkMeasure: Check = ({ text, start }, { form, subject, problems }) => {
  const { role, range = ['', ''] } = hintsOf(form)
  if (role !== 'duration' && role !== 'size') return false
  const { parse, code, hint } = measures[role]
  const [least, most] = range
  const amount = parse(text)
  if (amount !== undefined && amount >= (parse(least) ?? 0) && amount <= (parse(most) ?? Infinity)) return false
  problems.add(code, start, { message: `${subject} must be a ${role} from ${least} to ${most}`, hint })
  return true
}

const checkSchedule: Check = ({ text, start }, { form, subject, problems }) => {
  if (hintsOf(form).role !== 'schedule' || isSchedule(text)) return false
  problems.add('PIPELINE_BAD_SCHEDULE', start, {
    message: `${subject} must be five fields: minute, hour, day of the month, month, day of the week`,
    hint: 'Write for example "0 3 * * *" for every day at 3:00 UTC, or "*/15 * * * 1-5"',
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

const checkGlob: Check = ({ text, start }, { form, subject, problems }) => {
  const fault = hintsOf(form).role === 'glob' ? globFault(text.replace(/^!/, '')) : undefined
  if (fault === undefined) return false
  problems.add('PIPELINE_BAD_GLOB', start, {
    message: `${subject} is no glob: ${fault}`,
    hint: '* and ? stop at a slash, ** does not; [ab] is one character, {a,b} is either.',
  })
  return true
}

function collectExpression(value: YamlScalar, { form, path, expressions }: Reading): void {
  const { role, template } = hintsOf(form)
  if (role === 'condition') expressions.push({ value, path, kind: 'condition', when: 'start' })
  else if (template !== undefined && value.text.includes(opening)) {
    expressions.push({ value, path, kind: 'template', when: template })
  }
}

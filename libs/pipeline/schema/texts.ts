import { type TSchema, type TUnion, Type } from 'typebox'
import { durationPattern } from '../parse-duration.ts'
import { sizePattern } from '../parse-size.ts'
import { type Hints, hints } from './form.ts'

// Texts that several keys share.

const controls = '\\u0000-\\u001f\\u007f-\\u009f'
const turnMarks = '\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069'
const expression = '\\$\\{\\{(?:(?!\\}\\}).)*\\}\\}'

/** A part `..` of a path, also one of the choices of `{a,b}`. */
const upwards = '(?:.*[/{,!\\\\])?\\.\\.(?:[/},]|$)'

/** One word in which `${{ }}` may have spaces. */
export const wordPattern = `^(?:${expression}|(?!\\$\\{\\{)[^\\s${controls}])+$`
/** One line that people see. */
export const linePattern = `^[^${controls}${turnMarks}]+$`
/** A path or glob in the workspace; `!` in front takes away. */
export const insidePattern = `^(?!!?/)(?!${upwards})[^${controls}]+$`
/** A path in the workspace, from the root, or below the home directory. */
export const anywherePattern = `^(?!${upwards})[^${controls}]+$`
/** A name of an environment variable. */
export const variablePattern = '^[A-Za-z_][A-Za-z0-9_]*$'

const insideMust = 'be a path below the workspace: no `/` in front, no `..`'

/** A container image; `otherwise`: what holds without one. */
export function ImageOr(otherwise: string) {
  return Type.String({
    description: 'Container image in which the commands run. It needs `sh`; its ENTRYPOINT is not used.',
    minLength: 1,
    maxLength: 512,
    pattern: wordPattern,
    ...hints({ example: 'image: node:24', must: 'be one word', template: 'start', otherwise }),
  })
}

/** What people see. */
export function Name(template: 'plan' | 'start', otherwise: string) {
  return Type.String({
    description: 'What people see.',
    minLength: 1,
    maxLength: 200,
    pattern: linePattern,
    ...hints({ example: 'name: Unit tests', must: 'be one line without control characters', template, otherwise }),
  })
}

/** The commands of a step. */
export const Run = Type.String({
  description:
    'Commands for one shell, which stops at the first that fails. No `${{ }}` in it: values come through `env`.',
  minLength: 1,
  ...hints({ example: 'run: npm test', role: 'shell', maxBytes: 96 * 1024 }),
})

/** An expression that is true or false. */
export const Condition = Type.Union(
  [
    Type.String({ minLength: 1, maxLength: 4096, ...hints({ role: 'condition', example: 'if: branch == "main"' }) }),
    Type.Boolean(hints({ asText: true, role: 'condition' })),
  ],
  {
    description: 'Whether it runs: an expression, or `success`, `failure`, `always`, `cancelled`.',
    ...hints({ example: 'if: branch == "main"', otherwise: 'success' }),
  },
)

/** Text, or a number or boolean whose text stands in the file. */
export function Scalar(said: Hints, { description = '', ...limits }: ScalarLimits = {}) {
  return Type.Union(
    [
      Type.String({ ...limits, ...hints(said) }),
      Type.Number(hints({ asText: true })),
      Type.Boolean(hints({ asText: true })),
    ],
    { ...(description === '' ? {} : { description }), ...hints(said) },
  )
}

interface ScalarLimits {
  readonly description?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
}

/** A glob or path in the workspace. */
export function InsidePath(example: string, said: Hints = {}) {
  return Type.String({
    minLength: 1,
    maxLength: 1024,
    pattern: insidePattern,
    ...hints({ example, must: insideMust, role: 'glob', ...said }),
  })
}

/** One word of an author's own choosing, such as a label. */
export function Word(example: string, said: Hints = {}) {
  return Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: wordPattern,
    ...hints({ example, must: 'be one word', ...said }),
  })
}

/** A duration between the two that are given. */
export function Duration(range: readonly [string, string], example: string) {
  return Type.String({ pattern: durationPattern, ...hints({ role: 'duration', range, example }) })
}

/** An amount of memory or disk. */
export function Size(description: string, example: string) {
  return Type.String({
    description,
    pattern: sizePattern,
    ...hints({ role: 'size', range: ['1MiB', '64TiB'], example }),
  })
}

/** One of something, or a list of them. */
export function OneOrMore<T extends TSchema>(
  item: T,
  { description = '', maxItems = 100, ...said }: Hints & { readonly description?: string; readonly maxItems?: number },
): TUnion<[T, ReturnType<typeof Type.Array<T>>]> {
  const list = Type.Array(item, { minItems: 1, maxItems, ...hints(said) })
  return Type.Union([item, list], { description, ...hints(said) })
}

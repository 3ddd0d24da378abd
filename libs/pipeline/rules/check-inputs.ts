import { quoted } from '../quoted.ts'
import type { YamlMap } from '../yaml-value.ts'
import { type FileRules, itemsOf, textOf, valueOf } from './file-rules.ts'

/** The keys of an input fit its type. */
export function checkInputs({ root, problems }: FileRules): void {
  const inputs = valueOf(valueOf(valueOf(root, 'on'), 'manual'), 'inputs')
  if (inputs?.kind !== 'map') return
  for (const [name, { keyStart, value }] of inputs.entries) {
    if (value.kind === 'map') checkInput(value, { name, start: keyStart, problems })
  }
}

interface InputPlace extends Pick<FileRules, 'problems'> {
  readonly name: string
  readonly start: number
}

function checkInput(input: YamlMap, { name, start, problems }: InputPlace): void {
  const type = textOf(valueOf(input, 'type')) ?? 'text'
  const options = input.entries.get('options')
  if (type === 'choice' && options === undefined) {
    problems.add('PIPELINE_KEY_MISSING', start, {
      message: `the choice ${quoted(name)} has no "options"`,
      hint: 'Write what can be chosen, for example: options: [staging, production]',
    })
  }
  if (type !== 'choice' && options !== undefined) {
    problems.add('PIPELINE_KEY_MISPLACED', options.keyStart, {
      message: '"options" belongs to an input of the type choice',
      hint: 'Add: type: choice',
    })
  }
  checkDefault(input, { type, problems })
}

function checkDefault(
  input: YamlMap,
  { type, problems }: { readonly type: string; readonly problems: FileRules['problems'] },
): void {
  const otherwise = valueOf(input, 'default')
  const text = textOf(otherwise)
  if (otherwise === undefined || text === undefined) return
  const options = itemsOf(valueOf(input, 'options')).flatMap((option) => textOf(option) ?? [])
  const wanted = wantedBy(type, options)
  if (wanted === undefined || wanted.fits(text)) return
  problems.add('PIPELINE_BAD_VALUE', otherwise.start, {
    message: `"default" must be ${wanted.what}, but this is ${quoted(text)}`,
    hint: 'Write such a value, or remove it.',
  })
}

interface Wanted {
  readonly what: string
  readonly fits: (text: string) => boolean
}

function wantedBy(type: string, options: readonly string[]): Wanted | undefined {
  if (type === 'boolean') return { what: 'true or false', fits: (text) => text === 'true' || text === 'false' }
  if (type === 'number') return { what: 'a number', fits: (text) => /^-?[0-9]+(?:\.[0-9]+)?$/.test(text) }
  return type === 'choice' && options.length > 0
    ? { what: 'one of the options', fits: (text) => options.includes(text) }
    : undefined
}

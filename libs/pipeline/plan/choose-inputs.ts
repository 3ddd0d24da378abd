import { catalogue, type Commit, type Ending } from '@narwhal/protocol'
import { nearestName } from '../nearest-name.ts'
import type { ManualInput, Triggers } from '../pipeline.ts'
import { quoted } from '../quoted.ts'

/** The inputs of a build, defaults filled in; or how it ends when what was given does not fit. */
export function chooseInputs(
  on: Triggers,
  commit: Commit,
): { readonly inputs: Readonly<Record<string, string>> } | { readonly ending: Ending } {
  const declared = on.manual?.inputs ?? {}
  const given = commit.inputs ?? {}
  const isManual = commit.trigger === 'manual'
  const faults = [
    ...Object.keys(given).flatMap((name) => (Object.hasOwn(declared, name) ? [] : [unknown(name, declared)])),
    ...Object.entries(declared).flatMap(([name, input]) => faultOf(name, input, { given, isManual })),
  ]
  if (faults.length > 0) return { ending: invalid(faults) }
  const inputs = Object.entries(declared).map(([name, input]) => [name, valueOf(name, input, given)] as const)
  return { inputs: Object.fromEntries(inputs) }
}

type Values = Readonly<Record<string, string>>

function valueOf(name: string, input: ManualInput, given: Values): string {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  return value ?? input.default ?? (input.type === 'boolean' ? 'false' : '')
}

function unknown(name: string, declared: Readonly<Record<string, ManualInput>>): string {
  const nearest = nearestName(name, Object.keys(declared))
  return `There is no input ${quoted(name)}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`
}

function faultOf(
  name: string,
  input: ManualInput,
  { given, isManual }: { readonly given: Values; readonly isManual: boolean },
): readonly string[] {
  const isGiven = Object.hasOwn(given, name)
  if (!isGiven && input.default === undefined) {
    return input.required && isManual ? [`The input ${quoted(name)} must be given.`] : []
  }
  const value = valueOf(name, input, given)
  const options = input.type === 'boolean' ? ['true', 'false'] : (input.options ?? [])
  if (input.type === 'number') {
    return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value)
      ? []
      : [`The input ${quoted(name)} must be a number, not ${quoted(value)}.`]
  }
  if (input.type === 'text' || options.includes(value)) return []
  return [`The input ${quoted(name)} must be one of ${options.join(', ')}, not ${quoted(value)}.`]
}

function invalid(faults: readonly string[]): Ending {
  const message = `${faults.slice(0, 20).join('\n')}\n${catalogue.INPUTS_INVALID.fix}`
  return { outcome: 'failed', code: 'INPUTS_INVALID', message: message.slice(0, 65_536) }
}

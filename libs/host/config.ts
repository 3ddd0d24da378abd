import { readFileSync } from 'node:fs'
import { problem } from '@narwhal/protocol'
import { type SettingName, settings } from './settings.ts'

/** The environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One setting of a service. `read` gives the value, or says what is wrong with the text and what to set. */
export interface Setting<T> {
  readonly name: SettingName
  readonly read: (text: string) => T | Wrong
  readonly fallback: (() => T) | undefined
}

/** Why a text is not a value, as the end of the sentence "NAME …". */
export interface Wrong {
  readonly wrong: string
}

type Values<S> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never }

/** A setting that must be given. */
export function required<T>(name: SettingName, read: (text: string) => T | Wrong): Setting<T> {
  return { name, read, fallback: undefined }
}

/** A setting with a default. */
export function optional<T, F>(name: SettingName, read: (text: string) => T | Wrong, fallback: F): Setting<T | F> {
  return { name, read, fallback: () => fallback }
}

/**
 * Reads the settings of a service. Each may also be given as the path of a file in `NAME_FILE`.
 *
 * @throws {ProblemError} CONFIG_INVALID with every fault of the configuration, a line each.
 */
export function readConfig<S extends Record<string, Setting<unknown>>>(env: Environment, spec: S): Values<S> {
  const faults = unknownNames(env)
  const values = Object.entries(spec).map(([key, setting]) => {
    const value = readSetting(env, setting)
    if (isWrong(value)) faults.push(`${setting.name} ${value.wrong}`)
    return [key, value] as const
  })
  if (faults.length > 0) throw problem('CONFIG_INVALID', faults.map((fault) => `  ${fault}`).join('\n'))
  return Object.fromEntries(values) as Values<S> // each key of `spec` was read by its own setting
}

function readSetting<T>(env: Environment, setting: Setting<T>): T | Wrong {
  const given = env[setting.name]
  const file = env[`${setting.name}_FILE`]
  if (given && file) return { wrong: `and ${setting.name}_FILE are both set; set one of them` }
  const text = file ? readSecretFile(file) : given
  if (isWrong(text)) return text
  if (text) return setting.read(text)
  return setting.fallback === undefined
    ? { wrong: `is missing; set it to ${settings[setting.name]}` }
    : setting.fallback()
}

function readSecretFile(path: string): string | Wrong {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return { wrong: `_FILE names ${path}, which cannot be read; check the path and its mode` }
  }
}

/** Narwhal's own prefix with a name that nobody reads is nearly always a spelling mistake. */
function unknownNames(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('NARWHAL_') && !name.startsWith('NARWHAL_TEST_'))
    .filter((name) => !(name in settings) && !(name.replace(/_FILE$/, '') in settings))
    .map((name) => `${name} is not a setting; the README lists them all`)
}

function isWrong(value: unknown): value is Wrong {
  return typeof value === 'object' && value !== null && 'wrong' in value
}

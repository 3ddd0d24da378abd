import { meantKey } from './meant-key.ts'
import { placesOf } from './places-of.ts'
import { quoted } from './quoted.ts'
import type { KeyPlace, Reading } from './reading.ts'
import type { Form } from './schema/form.ts'
import type { YamlMap } from './yaml-value.ts'

/** More keys than this are no slips: nobody looks for what they mean. */
const mostSlips = 50

/** Adds the problems of the keys of a map: those that it does not take, and those that are missing or too many. */
export function checkKeys(map: YamlMap, reading: Reading): void {
  const { properties = {} } = reading.form
  const present = new Set<string>()
  let unknown = 0
  for (const [key, { keyStart }] of map.entries) {
    if (Object.hasOwn(properties, key)) {
      present.add(key)
      continue
    }
    unknown++
    const meant = unknown > mostSlips ? key : meantKey(key, Object.keys(properties))
    present.add(meant).add(key)
    addKeyProblem({ key, start: keyStart, meant }, reading)
  }
  checkMissing(map, { ...reading, present })
  checkSeveral(map, reading)
}

type MeantKey = KeyPlace & { readonly meant: string }

function addKeyProblem({ key, start, meant }: MeantKey, { form, problems }: Reading): void {
  const { noun = 'it' } = form['x-narwhal'] ?? {}
  const places = placesOf(key, form)
  if (meant === key && places.length > 0) {
    problems.add('PIPELINE_KEY_MISPLACED', start, {
      message: `${quoted(key)} belongs to ${listed(places)}, not to ${noun}`,
      hint: 'Move it there, or remove it.',
    })
    return
  }
  const takes = `${noun[0]?.toUpperCase()}${noun.slice(1)} takes: ${shownKeys(form, meant === key)}`
  problems.add('PIPELINE_UNKNOWN_KEY', start, {
    message: `unknown key ${quoted(key)} in ${noun}`,
    hint: meant === key ? takes : `Did you mean ${quoted(meant)}? ${takes}`,
  })
}

const shownWithGuess = 8

/** All keys, or the first of many when there is a guess already. */
function shownKeys({ properties = {} }: Form, all: boolean): string {
  const keys = Object.keys(properties)
  return all || keys.length <= shownWithGuess ? `${keys.join(', ')}.` : `${keys.slice(0, shownWithGuess).join(', ')}, …`
}

/** What says that something runs, be it in the right place or not; files that only include others run what these have. */
const runKeys = ['run', 'steps', 'uses', 'parallel', 'jobs', 'include']

type Checked = Reading & { readonly present: ReadonlySet<string> }

/** A key that seems to be there in another spelling is not missing. */
function checkMissing(map: YamlMap, { form, present, problems }: Checked): void {
  const { noun = 'it', oneOf: choices = [], example } = form['x-narwhal'] ?? {}
  for (const key of form.required ?? []) {
    if (present.has(key)) continue
    problems.add('PIPELINE_KEY_MISSING', map.start, {
      message: `${noun} has no ${quoted(key)}`,
      hint: `Write for example: ${example}`,
    })
  }
  if (choices.length === 0 || runKeys.some((key) => present.has(key))) return
  problems.add('PIPELINE_RUN_MISSING', map.start, {
    message: `${noun} has nothing to run: no ${listed(choices.map(quoted))}`,
    hint: 'Add the commands, for example: run: npm test',
  })
}

function checkSeveral(map: YamlMap, { form, problems }: Reading): void {
  const there = (form['x-narwhal']?.oneOf ?? []).filter((key) => map.entries.has(key))
  if (there.length < 2) return
  const starts = there.flatMap((key) => map.entries.get(key)?.keyStart ?? [])
  problems.add('PIPELINE_RUN_AND_STEPS', Math.max(...starts), {
    message: `there is both ${there.map(quoted).join(' and ')}`,
    hint: there.includes('jobs')
      ? 'Make it a job of its own under `jobs`, or remove it.'
      : 'Make them steps of their own under `steps`, or remove one of them.',
  })
}

function listed(names: readonly string[]): string {
  return names.join(', ').replace(/, ([^,]*)$/, ' or $1')
}

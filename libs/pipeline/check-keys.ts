import { meantKey } from './meant-key.ts'
import type { Form } from './pipeline-schema.ts'
import { quoted } from './quoted.ts'
import type { KeyPlace, Reading } from './reading.ts'
import type { YamlMap } from './yaml-value.ts'

/** Keys that say in their own way what others require. */
const standIns: Readonly<Record<string, readonly string[]>> = {
  jobs: ['image', 'run'],
  include: ['image', 'run'],
  uses: ['run'],
  parallel: ['run'],
}

/** More keys than this are no slips: nobody looks for what they mean. */
const mostSlips = 50

/** Adds the problems of the keys of a map: those that it does not take, or not yet, and those that are missing. */
export function checkKeys(map: YamlMap, reading: Reading): void {
  const { form } = reading
  const taken = form.properties ?? {}
  const present = new Set<string>()
  let unknown = 0
  for (const [key, { keyStart }] of map.entries) {
    if (!Object.hasOwn(taken, key)) unknown++
    const meant = Object.hasOwn(taken, key) || unknown > mostSlips ? key : meantKey(key, form)
    for (const one of [meant, ...standInsOf(meant)]) present.add(one)
    if (!Object.hasOwn(taken, key)) addKeyProblem({ key, start: keyStart, meant }, reading)
  }
  checkMissing(map, { ...reading, present })
  checkBoth(map, reading)
}

function standInsOf(key: string): readonly string[] {
  return Object.hasOwn(standIns, key) ? (standIns[key] ?? []) : []
}

function addKeyProblem(
  { key, start, meant }: KeyPlace & { readonly meant: string },
  { form, problems }: Reading,
): void {
  const { noun = 'it', notYet = [] } = form['x-narwhal'] ?? {}
  const takes = `${noun[0]?.toUpperCase()}${noun.slice(1)} takes: ${Object.keys(form.properties ?? {}).join(', ')}.`
  if (notYet.includes(key)) {
    problems.add('PIPELINE_KEY_NOT_YET', start, {
      message: `${quoted(key)} is not understood yet by this version`,
      hint: `Remove it for now. ${takes}`,
    })
    return
  }
  const later = notYet.includes(meant) ? ' This version does not understand it yet.' : ''
  problems.add('PIPELINE_UNKNOWN_KEY', start, {
    message: `unknown key ${quoted(key)} in ${noun}`,
    hint: meant === key ? takes : `Did you mean ${quoted(meant)}?${later} ${takes}`,
  })
}

/** A key that seems to be there in another spelling is not missing. */
function checkMissing(map: YamlMap, reading: Reading & { readonly present: ReadonlySet<string> }): void {
  const { form, present, problems } = reading
  const noun = form['x-narwhal']?.noun ?? 'it'
  const choices = choicesOf(form)
  if (form.required?.includes('image') && !present.has('image')) {
    problems.add('PIPELINE_IMAGE_MISSING', map.start, {
      message: `${noun} names no image`,
      hint: 'Add the container image that the commands run in, for example: image: node:24',
    })
  }
  const runs = choices.length > 0 ? choices : (form.required ?? []).filter((key) => key === 'run')
  if (runs.length === 0 || runs.some((key) => present.has(key))) return
  problems.add('PIPELINE_RUN_MISSING', map.start, {
    message: `${noun} has nothing to run: no ${runs.map(quoted).join(' and no ')}`,
    hint: 'Add the commands, for example: run: npm test',
  })
}

function checkBoth(map: YamlMap, { form, problems }: Reading): void {
  const choices = choicesOf(form)
  const starts = choices.flatMap((key) => map.entries.get(key)?.keyStart ?? [])
  if (starts.length < 2) return
  problems.add('PIPELINE_RUN_AND_STEPS', Math.max(...starts), {
    message: `there is both ${choices.map(quoted).join(' and ')}`,
    hint: 'Make the command of `run` the first of the steps, or remove one of them.',
  })
}

/** The keys of which a map has exactly one. */
function choicesOf({ oneOf = [] }: Form): readonly string[] {
  return oneOf.flatMap(({ required = [] }) => required)
}

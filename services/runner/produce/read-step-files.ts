import type { Outputs } from '@narwhal/protocol'
import type { Masker } from '../steps/masker.ts'
import { stepOutputPath, stepSummaryPath } from '../steps/step-file-paths.ts'
import { cutText } from './cut-text.ts'
import { parseOutputs } from './parse-outputs.ts'
import { readSpoolText } from './read-spool-text.ts'

/** What a step appended to $NARWHAL_OUTPUT and $NARWHAL_SUMMARY, secrets masked. */
export interface StepFiles {
  readonly outputs: Outputs
  /** Markdown. */
  readonly summary?: string
  /** What made no sense. */
  readonly notes: readonly string[]
}

const maxFileBytes = 64 * 1024
const maxNotes = 5

/** Reads the files of a step that has ended. Nothing that a step can put there makes it throw. */
export async function readStepFiles(
  spoolPath: string,
  index: number,
  masker: Pick<Masker, 'mask'>,
): Promise<StepFiles> {
  const [read, summary] = await Promise.all([
    readOutputs(stepOutputPath(spoolPath, index), masker),
    readSummary(stepSummaryPath(spoolPath, index), masker),
  ])
  const notes = read.notes.map((note) => `step ${index + 1}: ${note}`)
  return summary === '' ? { outputs: read.outputs, notes } : { outputs: read.outputs, summary, notes }
}

async function readOutputs(path: string, { mask }: Pick<Masker, 'mask'>) {
  const file = await readSpoolText(path, maxFileBytes)
  if (file === undefined) return { outputs: {}, notes: [] }
  const text = file.bytes.toString('utf8')
  // Of a file that was cut the last line may be half a value.
  const { outputs, faults } = parseOutputs(file.isWhole ? text : text.slice(0, text.lastIndexOf('\n') + 1))
  const cut = file.isWhole ? [] : ['$NARWHAL_OUTPUT has more than 64 KiB; the rest was not read']
  const lines = faults.map(({ line, why }) => `line ${line} of $NARWHAL_OUTPUT ${why}`)
  // A secret that ends with `=`, and nothing in front of it, would be a name.
  const sound = [...outputs].filter(([name, value]) => mask(`${name}=${value}`).startsWith(`${name}=`))
  const hidden = sound.length < outputs.size ? ['$NARWHAL_OUTPUT has a secret as a name; it was left out'] : []
  return {
    outputs: Object.fromEntries(sound.map(([name, value]) => [name, mask(value)])),
    notes: [...hidden, ...cut, ...lines].slice(0, maxNotes),
  }
}

async function readSummary(path: string, { mask }: Pick<Masker, 'mask'>): Promise<string> {
  // More than is kept, so that a secret at the cut is whole when it is masked.
  const file = await readSpoolText(path, 2 * maxFileBytes)
  const text = file?.bytes.toString('utf8').replaceAll('\0', '') ?? ''
  return cutText(mask(text), maxFileBytes)
}

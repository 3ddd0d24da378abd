import type { ArtifactsDefinition, JobDefinition } from '@narwhal/pipeline'
import { isProblem, type Outcome, type Outputs, type ProblemError, type Produced, problem } from '@narwhal/protocol'
import type { Container } from '../engine/engine.ts'
import { cutText } from './cut-text.ts'
import { packArtifacts } from './pack-artifacts.ts'
import type { ProduceWork } from './produce-work.ts'
import { readReports } from './reports/read-reports.ts'
import { tidyText } from './tidy-text.ts'

// 1. Reports come before artifacts: what is too large must not hide why the tests failed.
// 2. A job that did not pass keeps its own ending: what goes wrong here is a note then.
// 3. The container is not touched when there is nothing to take out of it.

export interface ProduceOptions {
  /** Of the steps. */
  readonly outcome: Outcome
  readonly container: Container
  /** Of all steps; later ones have replaced earlier ones. */
  readonly outputs: Outputs
  /** Of the steps, in their order. */
  readonly summaries: readonly string[]
  /** What people should know of before. */
  readonly notes: readonly string[]
  readonly work: ProduceWork
}

/** What a job left. */
export interface ProducedEnd {
  readonly produced: Produced
  /** Why a job whose steps passed must not pass. */
  readonly problem?: ProblemError
}

const maxOutputBytes = 256 * 1024
const maxSummaryBytes = 64 * 1024
const maxNotes = 20

/** Takes out of a job what it leaves behind. @throws only the reason of the signal. */
export async function produce(definition: JobDefinition, options: ProduceOptions): Promise<ProducedEnd> {
  const { outcome, container, summaries, work } = options
  const faults: ProblemError[] = []
  const tried = async <T>(part: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await part()
    } catch (error) {
      work.signal.throwIfAborted()
      faults.push(problemFrom(error))
      return undefined
    }
  }
  const reports = await tried(() => readReports(definition.reports, container, work))
  const { artifacts: wanted } = definition
  const isWanted = wanted !== undefined && isTaken(wanted, outcome)
  const packed = isWanted ? await tried(() => packArtifacts(wanted, container, work)) : undefined

  const kept = keptOutputs(options.outputs)
  const summary = cutText(summaries.join('\n\n'), maxSummaryBytes)
  const [fault] = faults
  const told = outcome === 'passed' ? faults.slice(1) : faults // 2
  const notes = [...options.notes, ...kept.notes, ...(packed?.notes ?? []), ...told.map(({ message }) => message)]
  const produced: Produced = {
    outputs: kept.outputs,
    ...(summary === '' ? {} : { summary }),
    ...(packed?.artifacts === undefined ? {} : { artifacts: packed.artifacts }),
    ...(reports === undefined ? {} : { reports }),
    ...(notes.length === 0 ? {} : { notes: notes.slice(0, maxNotes).map((note) => tidyText(note, work.masker)) }),
  }
  return outcome === 'passed' && fault !== undefined ? { produced, problem: fault } : { produced }
}

function isTaken(artifacts: ArtifactsDefinition, outcome: Outcome): boolean {
  switch (artifacts.if) {
    case 'success':
      return outcome === 'passed'
    case 'failure':
      return outcome === 'failed' || outcome === 'errored'
    case 'always':
      return true
    default:
      return artifacts.if satisfies never
  }
}

/** The first outputs that fit; an output is whole or not there. */
function keptOutputs(outputs: Outputs): { readonly outputs: Outputs; readonly notes: readonly string[] } {
  let bytes = 0
  const entries = Object.entries(outputs)
  const kept = entries.filter(([name, value]) => {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
    return bytes <= maxOutputBytes
  })
  const dropped = entries.slice(kept.length).map(([name]) => name)
  const note = `the outputs of the job have more than 256 KiB; left out: ${dropped.join(', ')}`
  return { outputs: Object.fromEntries(kept), notes: dropped.length === 0 ? [] : [note] }
}

function problemFrom(error: unknown): ProblemError {
  if (isProblem(error)) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return problem('DISK_FULL', 'No space to pack files on the runner.')
  return problem('RUNNER_ERROR', `The files of the job could not be taken out of it${code && ` (${code})`}.`, {
    cause: error,
  })
}

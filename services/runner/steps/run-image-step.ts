import type { Container } from '../engine/engine.ts'
import { makeSpoolFile } from '../engine/make-spool-file.ts'
import { runImageBuild } from '../produce/run-image-build.ts'
import type { Masker } from './masker.ts'
import { rawLogPath } from './open-step-log.ts'
import type { ReadyStep } from './ready-step.ts'
import type { RunningJob } from './running-job.ts'

export interface ImageStepDeps {
  /** Where the workspace can be packed from. */
  readonly container: Container
  readonly job: RunningJob
  readonly isRetry: boolean
  readonly signal: AbortSignal
}

/** Builds the image of a step; what the build says is the log of the step. */
export async function runImageStep(step: ReadyStep, deps: ImageStepDeps): Promise<void> {
  const { container, job, isRetry, signal } = deps
  const { work, containers } = job
  const log = await openOutput(rawLogPath(step, job), { capBytes: step.capBytes, isRetry, masker: work.masker })
  try {
    const build = { container, network: containers.network, work: { ...work, signal }, output: log.write }
    await runImageBuild(step.definition, build)
  } finally {
    await log.close()
  }
}

interface OutputOptions {
  readonly capBytes: number
  readonly isRetry: boolean
  readonly masker: Masker
}

/** Writes in the order of the calls, masked; what lies beyond the cap by more than one byte is thrown away. */
async function openOutput(path: string, { capBytes, isRetry, masker }: OutputOptions) {
  const file = await makeSpoolFile(path, 0o600, { append: isRetry })
  const stream = masker.stream()
  let leftBytes = Math.max(0, capBytes) + 1
  let written: Promise<unknown> = Promise.resolve()
  const write = (masked: Buffer) => {
    const bytes = masked.subarray(0, leftBytes)
    leftBytes -= bytes.length
    if (bytes.length > 0) written = written.then(() => file.appendFile(bytes))
    written.catch(() => undefined) // `close` tells it
  }
  return {
    write: (text: string) => write(stream.push(Buffer.from(text))),
    async close(): Promise<void> {
      try {
        write(stream.end())
        await written
      } finally {
        await file.close()
      }
    },
  }
}

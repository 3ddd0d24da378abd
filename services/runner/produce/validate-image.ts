import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from '@narwhal/protocol'
import type { AttemptNetwork, StepEnd } from '../engine/engine.ts'
import { stepLogPath } from '../engine/step-log-path.ts'
import { readSpoolText } from './read-spool-text.ts'

export interface ValidateDeps {
  readonly network: AttemptNetwork
  /** A directory that is not there yet: the container gets an empty workspace and a spool of its own in it. */
  readonly directory: string
  readonly output: (text: string) => void
  readonly signal: AbortSignal
}

/** What a command may write, in bytes. */
const maxOutputBytes = 1024 ** 2

/** Runs a command in a container of a new image, without network. @throws IMAGE_VALIDATE_FAILED, and what the engine throws. */
export async function validateImage(image: string, command: string, deps: ValidateDeps): Promise<void> {
  const { network, directory, output, signal } = deps
  const paths = { workspacePath: join(directory, 'workspace'), spoolPath: join(directory, 'spool') }
  await mkdir(paths.workspacePath, { recursive: true })
  await mkdir(paths.spoolPath, { recursive: true })
  await using container = await network.startContainer(
    { ...paths, image, env: { CI: 'true' }, access: 'none' },
    { signal },
  )
  const step = { index: 0, script: command, env: {}, logCapBytes: maxOutputBytes }
  let end: StepEnd
  try {
    end = await container.runStep(step, { signal })
  } finally {
    const log = await readSpoolText(stepLogPath(paths.spoolPath, step.index), maxOutputBytes)
    if (log !== undefined && log.bytes.length > 0) output(log.bytes.toString('utf8'))
  }
  if (end.exitCode === 0) return
  const why = end.outOfMemory ? 'ran out of memory' : `ended with exit code ${end.exitCode}`
  throw problem('IMAGE_VALIDATE_FAILED', `\`validate\` ${why}.`)
}

import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from '@narwhal/protocol'
import type { AttemptPaths, StepSpec } from '../engine.ts'
import { makeSpoolFile, takeAway } from '../make-spool-file.ts'
import { stepLogPath } from '../step-log-path.ts'
import { stepRelay } from './step-relay.ts'

/** Files that the relay leaves beside the script, to say what the exit code cannot. */
const signs = ['oom', 'nodir', 'noshell', 'full'] as const

const mounted: AttemptPaths = { workspacePath: '/workspace', spoolPath: '/narwhal' }

/** Puts the files of a step in the spool; returns the command that runs it, where the directories are at `inside`. */
export async function writeStepFiles(spoolPath: string, step: StepSpec, inside = mounted): Promise<readonly string[]> {
  const { index, script, dir = '', shell = 'sh -e' } = step
  const path = join(spoolPath, `step-${index}`)
  await Promise.all(['out', ...signs].map((extension) => takeAway(`${path}.${extension}`)))
  const blocks = String(await openLog(spoolPath, step))
  await using file = await makeSpoolFile(`${path}.sh`, 0o644)
  await file.writeFile(script)
  const words = shell.split(/\s+/).filter((word) => word !== '')
  const [files, directory] = [join(inside.spoolPath, `step-${index}`), `${inside.workspacePath}/${dir}`]
  return ['sh', '-c', stepRelay, 'narwhal', files, blocks, directory, ...words]
}

/** Makes the log, or goes on with it; returns how many blocks of 512 bytes it may have at last. */
async function openLog(spoolPath: string, { index, logCapBytes, append = false }: StepSpec): Promise<number> {
  await using file = await makeSpoolFile(stepLogPath(spoolPath, index), 0o666, { append })
  const { size } = await file.stat()
  return Math.ceil((size + logCapBytes) / 512)
}

/** What the relay saw: a kill for want of memory while the step ran, or why it did not run. */
export interface StepSigns {
  readonly outOfMemory: boolean
  readonly noDirectory: boolean
  readonly noShell: boolean
}

/** @throws DISK_FULL when the log found no room, whatever the step made of that. */
export async function stepSigns(spoolPath: string, index: number): Promise<StepSigns> {
  const seen = signs.map((extension) =>
    lstat(join(spoolPath, `step-${index}.${extension}`)).then(
      () => true,
      () => false,
    ),
  )
  const [outOfMemory = false, noDirectory = false, noShell = false, diskFull = false] = await Promise.all(seen)
  if (diskFull) throw problem('DISK_FULL', 'The output of the step did not fit on the disk of the runner.')
  return { outOfMemory, noDirectory, noShell }
}

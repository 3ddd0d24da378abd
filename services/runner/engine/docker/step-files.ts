import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StepSpec } from '../engine.ts'
import { makeSpoolFile, takeAway } from '../make-spool-file.ts'
import { stepLogPath } from '../step-log-path.ts'
import { stepRelay } from './step-relay.ts'

/** Puts the files of a step in the spool; returns the command that runs it in the container. */
export async function writeStepFiles(
  spoolPath: string,
  { index, script, logCapBytes }: StepSpec,
): Promise<readonly string[]> {
  const path = join(spoolPath, `step-${index}`)
  await Promise.all([takeAway(`${path}.out`), takeAway(`${path}.oom`)])
  await (await makeSpoolFile(stepLogPath(spoolPath, index), 0o666)).close()
  await using file = await makeSpoolFile(`${path}.sh`, 0o644)
  await file.writeFile(script)
  return ['sh', '-c', stepRelay, 'narwhal', `/narwhal/step-${index}`, String(Math.ceil(logCapBytes / 512))]
}

/** Whether the relay saw the kernel kill something for want of memory while the step ran. */
export async function sawOomKill(spoolPath: string, index: number): Promise<boolean> {
  return lstat(join(spoolPath, `step-${index}.oom`)).then(
    () => true,
    () => false,
  )
}

import { join } from 'node:path'

/** Where an engine writes the output of a step: a path on the machine of the runner, made when the step starts. */
export function stepLogPath(spoolPath: string, index: number): string {
  return join(spoolPath, `step-${index}.log`)
}

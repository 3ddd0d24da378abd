import { join } from 'node:path'

/** Where a step appends `KEY=value`, in the spool of its container. */
export function stepOutputPath(spoolPath: string, index: number): string {
  return join(spoolPath, `step-${index}.output`)
}

/** Where a step appends Markdown, in the spool of its container. */
export function stepSummaryPath(spoolPath: string, index: number): string {
  return join(spoolPath, `step-${index}.summary`)
}

/** Both. */
export function stepFilePaths(spoolPath: string, index: number): readonly string[] {
  return [stepOutputPath(spoolPath, index), stepSummaryPath(spoolPath, index)]
}

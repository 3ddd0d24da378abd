import type { JobTemplate } from '../pipeline.ts'
import { nestedJob, nestedKey } from './nested-job.ts'
import type { PlannedFile } from './planned-file.ts'

/** A job of the build before its matrix is multiplied out. */
export interface PlannedTemplate {
  readonly file: PlannedFile
  /** As its file calls it. */
  readonly ownKey: string
  /** Everything in it as the whole build calls it, but for `needs`. */
  readonly job: JobTemplate
}

/** The jobs of all files, in the order of the files. */
export function templatesOf(files: readonly PlannedFile[]): readonly PlannedTemplate[] {
  return files.flatMap((file) => {
    const own = file.pipeline.jobs.map(({ key }) => key)
    return file.pipeline.jobs.map((job) => ({
      file,
      ownKey: job.key,
      job: file.dir === '' ? job : nestedJob(job, file.dir, own),
    }))
  })
}

/** A need as the whole build calls it: a plain key, or a glob of them, means jobs of the same file. */
export function fullNeed({ file }: PlannedTemplate, need: string, templates: readonly PlannedTemplate[]): string {
  if (need.includes(':') || file.dir === '') return need
  const isOwn = templates.some((one) => one.file === file && one.ownKey === need)
  const isOfRoot = templates.some((one) => one.file.dir === '' && one.ownKey === need)
  return isOfRoot && !isOwn ? need : nestedKey(file.dir, need)
}

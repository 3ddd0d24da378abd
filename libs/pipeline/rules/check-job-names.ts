import { quoted } from '../quoted.ts'
import { type FileRules, type JobInTree, textOf, valueOf } from './file-rules.ts'

/** Two jobs of one name could not be told apart. Names with `${{ }}` are compared when they are known. */
export function checkJobNames({ root, jobs, problems }: FileRules): void {
  if (!root.entries.has('jobs')) return
  const first = new Map<string, JobInTree>()
  for (const job of jobs) {
    const name = nameOf(job)
    const other = first.get(name)
    if (other === undefined) first.set(name, job)
    else {
      const { start } = valueOf(job.value, 'name') ?? job
      problems.add('PIPELINE_NAME_CLASH', start, {
        message: `two jobs are called ${quoted(name)}: ${quoted(other.key)} and ${quoted(job.key)}`,
        hint: 'Give one of them another `name`.',
      })
    }
  }
}

function nameOf({ key, value }: JobInTree): string {
  return textOf(valueOf(value, 'name')) ?? key
}

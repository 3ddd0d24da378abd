import { quoted } from '../quoted.ts'
import type { FileRules } from './file-rules.ts'

/** Keys that the root has only in a file without `jobs`, or only in a file that nobody includes. */
export function checkRoot({ root, nested, problems }: FileRules): void {
  const refuse = (key: string, says: { readonly message: string; readonly hint: string }) => {
    const entry = root.entries.get(key)
    if (entry !== undefined) problems.add('PIPELINE_KEY_MISPLACED', entry.keyStart, says)
  }
  if (root.entries.has('jobs')) {
    for (const key of ['name', 'needs', 'with']) {
      const message = `${quoted(key)} cannot stand beside "jobs"`
      refuse(key, { message, hint: 'Write it into the job that it is meant for; it is no default of all jobs.' })
    }
  }
  if (!nested) return
  for (const key of ['on', 'include', 'concurrency']) {
    const message = `${quoted(key)} cannot stand at the root of a file that another one includes`
    refuse(key, { message, hint: 'Write it into the narwhal.yml at the root of the repository.' })
  }
}

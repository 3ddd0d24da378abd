import { checkNeeds, neededKeys } from '../check-needs.ts'
import { fullNeed, type PlannedTemplate } from './planned-template.ts'

/** Keys of the jobs that each job needs, by its key; what is wrong with them is added to the files. */
export function resolveNeeds(templates: readonly PlannedTemplate[]): ReadonlyMap<string, readonly string[]> {
  const keys = templates.map(({ job }) => job.key)
  const jobs = templates.map((template) => ({
    key: template.job.key,
    needs: template.job.needs.map((need) => fullNeed(template, need, templates)),
  }))
  for (const { key, index, code, message, hint } of checkNeeds(jobs, { foreign: false })) {
    const template = templates.find(({ job }) => job.key === key)
    template?.file.add(code, ['jobs', template.ownKey, 'needs', index], { message, hint })
  }
  return new Map(
    jobs.map(({ key, needs }) => {
      const needed = new Set(needs.flatMap((need) => neededKeys(need, key, keys)))
      return [key, keys.filter((one) => needed.has(one))] as const
    }),
  )
}

import { catalogue, type Commit, type Ending } from '@narwhal/protocol'
import { shortRef } from '../expressions/short-ref.ts'
import type { CronTrigger, Triggers, TriggerFilter } from '../pipeline.ts'
import type { PlanRequest, PlanWants } from '../plan-request.ts'
import { quoted } from '../quoted.ts'
import { globList } from './glob-list.ts'

/** Why a commit is not built, or what must be known first. */
export type TriggerAnswer = { readonly ending: Ending } | { readonly wants: PlanWants }

/** Whether `on` wants a build for a commit; `undefined`: it does. */
export function chooseTrigger(on: Triggers, request: PlanRequest): TriggerAnswer | undefined {
  const { commit } = request
  const isTag = commit.ref.startsWith('refs/tags/')
  switch (commit.trigger) {
    case 'push':
    case 'poll':
      return isTag ? named(on, 'tag', request) : named(on, 'push', request)
    case 'tag':
      return named(on, 'tag', request)
    case 'pull_request':
      return named(on, 'pull_request', request)
    case 'api':
      return named(on, 'api', request)
    case 'cron':
      return scheduled(on.cron, commit)
    case 'manual':
      return on.manual === undefined ? notWanted('`on` has no manual.') : undefined
    default:
      return commit.trigger satisfies never
  }
}

type Named = 'push' | 'tag' | 'pull_request' | 'api'

function named(on: Triggers, name: Named, request: PlanRequest): TriggerAnswer | undefined {
  const filter = name === 'pull_request' ? on.pullRequest : on[name]
  if (filter === undefined) return notWanted(`\`on\` has no ${name}.`)
  return filteredByName(filter, name, request.commit) ?? filteredByPaths(filter, name, request)
}

/** Pull requests are filtered by the branch that they want to go to. */
function filteredByName({ branches }: TriggerFilter, name: Named, commit: Commit): TriggerAnswer | undefined {
  const ref = name === 'pull_request' ? commit.base : commit.ref
  if (branches === undefined || ref === undefined) return undefined
  const short = shortRef(ref, name === 'tag' ? 'refs/tags/' : 'refs/heads/') || ref
  if (globList(branches).matches(short)) return undefined
  const noun = name === 'tag' ? 'tag' : 'branch'
  return notWanted(`The ${noun} ${quoted(short)} is none of those that ${name} wants: ${branches.join(', ')}.`)
}

function filteredByPaths({ paths }: TriggerFilter, name: Named, { changes }: PlanRequest): TriggerAnswer | undefined {
  if (paths === undefined || changes === 'all') return undefined
  if (changes === undefined) return { wants: { changes: true } }
  const globs = globList(paths)
  if (changes.some((path) => globs.matchesPath(path))) return undefined
  return notWanted(`No changed file is one of those that ${name} wants: ${paths.join(', ')}.`)
}

function scheduled(cron: readonly CronTrigger[] | undefined, { ref }: Commit): TriggerAnswer | undefined {
  if (cron === undefined) return notWanted('`on` has no cron.')
  const branch = shortRef(ref, 'refs/heads/')
  const isWanted = cron.some(({ branches }) => branches === undefined || globList(branches).matches(branch))
  return isWanted ? undefined : notWanted(`No entry of cron is for the branch ${quoted(branch)}.`)
}

function notWanted(why: string): TriggerAnswer {
  const message = `narwhal.yml starts no build for this: ${why.slice(0, 1_000)}\n${catalogue.COMMIT_NOT_WANTED.fix}`
  return { ending: { outcome: 'skipped', code: 'COMMIT_NOT_WANTED', message } }
}

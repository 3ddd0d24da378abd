import type { Commit, Plan } from '@narwhal/protocol'
import { type JobDefinition, type PlanAnswer, planBuild, type PlanRequest } from '../index.ts'

/** A push to main. */
export const push: Commit = {
  repository: { host: 'github.com', owner: 'ada', name: 'engine' },
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
  trigger: 'push',
}

/** What planning answers for a narwhal.yml; nothing is known but the commit, unless given. */
export function answerOf(text: string, known: Partial<PlanRequest> = {}): PlanAnswer {
  const files = [{ path: 'narwhal.yml', text }, ...(known.files ?? [])]
  return planBuild({ purpose: 'plan', commit: push, platform: 'linux/amd64', ...known, files })
}

export interface FoundPlan {
  readonly plan: Plan
  readonly definitions: readonly JobDefinition[]
}

/** The plan of a narwhal.yml that has one. */
export function planOf(text: string, known: Partial<PlanRequest> = {}): FoundPlan {
  const answer = answerOf(text, known)
  if ('plan' in answer) return answer
  throw new Error(`no plan but ${JSON.stringify(answer)}`)
}

/** Its problems as `line:column code message`. */
export function planProblemsOf(text: string, known: Partial<PlanRequest> = {}): readonly string[] {
  const answer = answerOf(text, known)
  if (!('problems' in answer)) return []
  return answer.problems.map(({ file, line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`)
}

/** Files of a commit; what is not given is a file of mode 100644 whose object is named after its path. */
export function treeOf(...paths: readonly string[]): NonNullable<PlanRequest['tree']> {
  return paths.map((path) => ({ path, mode: '100644', oid: `oid-of-${path}` }))
}

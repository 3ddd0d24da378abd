import { type Plan, problem } from '@narwhal/protocol'

/**
 * Whether the jobs of a plan can all come to an end: each has a name of its own, needs only jobs of the plan, and no circle
 * of them waits for one another.
 *
 * @throws {ProblemError} BAD_REQUEST.
 */
export function checkPlan({ jobs }: Plan): void {
  const names = new Set(jobs.map(({ name }) => name))
  if (names.size < jobs.length) throw problem('BAD_REQUEST', 'two jobs of the plan have one name')
  const unknown = jobs.flatMap(({ needs }) => needs).find((name) => !names.has(name))
  if (unknown !== undefined) throw problem('BAD_REQUEST', `a job of the plan needs "${unknown}", which it has not`)
  let left = jobs
  for (let before = left.length + 1; left.length < before; ) {
    before = left.length
    const open = new Set(left.map(({ name }) => name))
    left = left.filter(({ needs }) => needs.some((name) => open.has(name)))
  }
  if (left[0] !== undefined) throw problem('BAD_REQUEST', `the job "${left[0].name}" of the plan waits for itself`)
}

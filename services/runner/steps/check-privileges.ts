import { compileGlob, type JobDefinition } from '@narwhal/pipeline'
import { problem, repositoryKey } from '@narwhal/protocol'
import type { AttemptWork } from '../attempt.ts'
import { placeOf } from './place-of.ts'

/**
 * Lets only jobs pass whose steps may have what they ask for.
 *
 * @throws PRIVILEGED_REFUSED
 */
export function checkPrivileges(job: JobDefinition, { offer, policy }: AttemptWork): void {
  const asking = job.steps.find((step, index) => placeOf(step, index, job).privileged)
  if (asking === undefined) return
  const { repository, trust = 'trusted' } = offer.commit
  const key = repositoryKey(repository)
  if (trust !== 'trusted') {
    throw problem(
      'PRIVILEGED_REFUSED',
      `Step "${asking.name}" is privileged, and whoever wrote this commit is not trusted.`,
    )
  }
  if (!policy.privilegedRepositories.some((glob) => compileGlob(glob)?.matches(key))) {
    throw problem(
      'PRIVILEGED_REFUSED',
      `Step "${asking.name}" is privileged, and this runner does not allow that to ${key}.`,
    )
  }
}

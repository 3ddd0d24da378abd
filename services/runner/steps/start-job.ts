import type { MirrorCommit } from '@narwhal/git'
import { fillDefinition, type JobDefinition } from '@narwhal/pipeline'
import { type Offer, problem } from '@narwhal/protocol'
import type { AttemptWork, JobWork } from '../attempt.ts'
import { prepareJob } from '../prepare-job.ts'
import { changedFacts } from './changed-facts.ts'
import { checkPrivileges } from './check-privileges.ts'
import { openGrowth } from './growth.ts'
import { openMasker } from './masker.ts'
import { readJobSecrets } from './read-job-secrets.ts'
import type { RunningJob } from './running-job.ts'

/**
 * Makes everything ready for the first step of a job.
 *
 * @throws the problem for which no step can be run.
 */
export async function startJob(
  planned: JobDefinition,
  commit: MirrorCommit,
  attempt: AttemptWork,
): Promise<RunningJob> {
  checkPrivileges(planned, attempt)
  const definition = filled(planned, attempt.offer)
  const secrets = await readJobSecrets(definition, attempt)
  const work: JobWork = { ...attempt, secrets, masker: openMasker(Object.values(secrets)) }
  const changed = await changedFacts(definition, commit, work)
  const prepared = await prepareJob(definition, commit, work)
  return { ...prepared, definition, changed, work, growth: openGrowth(work.clock) }
}

/** The definition with what the needed jobs put out. */
function filled(planned: JobDefinition, { commit, needs }: Offer): JobDefinition {
  const answer = fillDefinition(planned, { commit, needs })
  if ('fault' in answer) throw problem('EXPRESSION_UNANSWERED', answer.fault)
  return answer.definition
}

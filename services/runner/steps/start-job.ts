import { createHmac } from 'node:crypto'
import type { MirrorCommit } from '@narwhal/git'
import { fillDefinition, type JobDefinition } from '@narwhal/pipeline'
import { type Offer, problem } from '@narwhal/protocol'
import type { AttemptWork, JobWork } from '../attempt.ts'
import type { AdoptedNetwork } from '../engine/engine.ts'
import { prepareJob } from '../prepare-job.ts'
import { adoptJob } from './adopt-job.ts'
import { changedFacts } from './changed-facts.ts'
import { checkPrivileges } from './check-privileges.ts'
import { openGrowth } from './growth.ts'
import { networkAccess } from './job-containers.ts'
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
  attempt: AttemptWork & { readonly network: AdoptedNetwork | undefined },
): Promise<RunningJob> {
  const { former, network, journal, clock } = attempt
  checkPrivileges(planned, attempt)
  const definition = filled(planned, attempt.offer)
  const secrets = await readJobSecrets(definition, attempt)
  const work: JobWork = { ...attempt, secrets, masker: openMasker(Object.values(secrets)) }
  const changed = await changedFacts(definition, commit, work)
  const ready = { definition, changed, work, growth: openGrowth(clock) }
  if (former !== undefined && network !== undefined) {
    if (former.prepared?.secrets !== digestSecrets(work)) throw secretsChanged()
    return { ...ready, ...(await adoptJob(definition, former, { network, work })) }
  }
  const prepared = await prepareJob(definition, commit, work)
  const { caches } = prepared
  const access = networkAccess(definition)
  journal.note({ type: 'prepared', at: clock.now(), access, caches, secrets: digestSecrets(work) })
  return { ...ready, ...prepared }
}

/** The definition with what the needed jobs put out. */
function filled(planned: JobDefinition, { commit, needs }: Offer): JobDefinition {
  const answer = fillDefinition(planned, { commit, needs })
  if ('fault' in answer) throw problem('EXPRESSION_UNANSWERED', answer.fault)
  return answer.definition
}

/** Nobody can guess a secret by it who has not the token. */
function digestSecrets({ secrets, offer }: JobWork): string {
  return createHmac('sha256', offer.token).update(JSON.stringify(secrets)).digest('hex')
}

/** What steps that still run put out of the former ones could not be hidden. */
function secretsChanged() {
  return problem('RUNNER_STOPPED', 'A secret of the job was changed while its runner was not there.')
}

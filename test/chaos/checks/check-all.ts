import type { Canary } from '../../real/canary/make-canary.ts'
import type { Sampled } from '../play/sample-places.ts'
import { checkContainers } from './check-containers.ts'
import { checkDeliveries } from './check-deliveries.ts'
import { checkFigures } from './check-figures.ts'
import { checkAfterEnd, checkLeftovers } from './check-leftovers.ts'
import { checkLogs } from './check-logs.ts'
import { checkReports } from './check-reports.ts'
import { checkResources } from './check-resources.ts'
import { checkResubmits } from './check-resubmits.ts'
import { checkSecrets } from './check-secrets.ts'
import { checkStates } from './check-states.ts'
import { checkStore } from './check-store.ts'
import type { Evidence } from './evidence.ts'
import { type Finding, findingOf } from './finding.ts'
import { readStore } from './read-store.ts'

export interface SecretEvidence {
  readonly canary: Canary
  /** What was seen while jobs ran. */
  readonly sampled: Sampled
}

/** A plan of so many pushes has something for every check to look at. */
const largePlan = 400

/** Checks every invariant that can be seen from outside; ends the services in order on the way. */
export async function checkAll(evidence: Evidence, { canary, sampled }: SecretEvidence): Promise<readonly Finding[]> {
  const { rig } = evidence
  const seen = [
    ...checkDeliveries(evidence),
    ...checkStates(evidence),
    ...checkContainers(evidence),
    ...checkLogs(evidence),
    ...(await checkReports(evidence)),
    ...checkResubmits(evidence),
    ...(await checkSecrets(evidence, canary, sampled)),
    ...(await checkLeftovers(evidence)),
    ...(await checkFigures(rig)),
    ...(await checkResources(rig, evidence.baseline)),
  ]
  const exits = await Promise.all(rig.programs.map(async (program) => [program.name, await program.end()] as const))
  const findings = [
    ...seen,
    findingOf('I14', 'SIGTERM ends each service in order', exits, ([name, code]) =>
      code === 0 ? undefined : { what: `${name} ended with ${String(code)}`, about: [name] },
    ),
    ...(await checkAfterEnd(rig)),
    ...checkStore(await readStore(rig.store), rig.poisoned),
  ]
  const looks = evidence.pushes.length < largePlan ? [] : findings
  return [
    ...findings,
    findingOf('I25', 'each check of a large plan has something to look at', looks, ({ says, checked }) =>
      checked > 0 ? undefined : { what: `nobody could see whether ${says}`, about: [] },
    ),
  ]
}

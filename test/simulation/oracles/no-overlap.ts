import type { JobRecord } from '@narwhal/store'
import type { Container } from '../world/engine.ts'
import type { OpenOracle } from './oracle.ts'

/**
 * I10: of a job with `lost: fail`, and of a concurrency group, no more lives at once than may.
 *
 * What counts is that commands run; a container that only has to be removed may be there a little longer. A runner that is dead or stands still cannot stop its containers: those that lived on then are nobody's promise.
 */
export const noOverlap: OpenOracle = ({ world, around, ledger, machines }) => {
  const { engine, drawn } = around
  engine.onStart.push((born) => {
    const job = ledger.jobs.get(born.jobId)
    if (job?.planned === undefined) return
    const others = engine.containers.filter(
      (one) => one.diedMs === undefined && !one.isDone && one !== born && !isExcused(one, born),
    )
    if (job.planned.lost === 'fail' && others.some(({ jobId }) => jobId === job.id)) {
      world.violated('I10', `${ledger.nameOf(born.attemptId)} began while an older attempt of it lived`)
    }
    checkGroup(job, others)
    checkGroupOfBuilds(job, others)
  })

  function isExcused({ runner }: Container, { bornMs }: Container): boolean {
    return machines.get(runner)?.wasUnable(bornMs - drawn.leaseMs - 3_000, bornMs) ?? false
  }

  function checkGroup({ id, planned, repository }: JobRecord, others: readonly Container[]): void {
    const { group, limit } = planned?.concurrency ?? {}
    if (group === undefined || limit === undefined) return
    const jobs = others.flatMap(({ jobId }) => ledger.jobs.get(jobId) ?? [])
    const inGroup = jobs.filter((one) => one.planned?.concurrency?.group === group && one.repository === repository)
    const living = new Set([id, ...inGroup.map((one) => one.id)])
    const isOlder = others.some(({ jobId }) => jobId === id)
    if (living.size > limit || isOlder) {
      const names = [...living].map(ledger.nameOf).join(', ')
      world.violated(
        'I10',
        `of the group ${group}, limit ${limit}, live at once: ${names}${isOlder ? ', one of them twice' : ''}`,
      )
    }
  }

  function checkGroupOfBuilds({ buildId, repository }: JobRecord, others: readonly Container[]): void {
    const { group, limit } = ledger.builds.get(buildId)?.concurrency ?? {}
    if (group === undefined || limit === undefined) return
    const jobs = others
      .flatMap(({ jobId }) => ledger.jobs.get(jobId) ?? [])
      .filter((one) => one.repository === repository)
    const inGroup = jobs.filter((one) => ledger.builds.get(one.buildId)?.concurrency?.group === group)
    const living = new Set([buildId, ...inGroup.map((one) => one.buildId)])
    if (living.size > limit)
      world.violated(
        'I10',
        `of the group ${group} of builds, limit ${limit}, live at once: ${[...living].map(ledger.nameOf).join(', ')}`,
      )
  }
  return {}
}

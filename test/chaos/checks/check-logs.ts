import { type Evidence, type JobOfPush, jobsOfPushes } from './evidence.ts'
import { type Finding, findingOf, type Violation } from './finding.ts'

/** I11, I12: every byte that a job wrote, and no other; stored and live. */
export function checkLogs(evidence: Evidence): readonly Finding[] {
  const { logs, deeds } = evidence
  const jobs = jobsOfPushes(evidence).filter(({ job }) => logs.has(job.id))
  const byId = new Map(jobs.map((one) => [one.job.id, one]))
  const marks = evidence.pushes.map(({ shape }) => /p\d+-\d+/.exec(shape.pipeline)?.[0] ?? '')
  return [
    findingOf('I11', 'the stored log is what the commands wrote', jobs, (one) => wrongLog(one, logs.get(one.job.id))),
    findingOf('I11', 'a live stream with disconnects is the stored log', deeds.followed, ({ jobId, bytes, faults }) => {
      const known = byId.get(jobId)
      const newest = known?.job.attempts.findLast(({ state }) => state !== 'refused')
      const last = newest?.state === 'finished' ? newest.number : undefined
      const live = last === undefined ? undefined : (bytes.get(last) ?? Buffer.alloc(0))
      const stored = logs.get(jobId)
      const isSame = live === undefined || stored === undefined || live.equals(stored)
      if (isSame && faults.length === 0) return undefined
      return {
        what: `live log of ${jobId}: ${live?.length} bytes, stored ${stored?.length}; ${faults.join('; ')}`,
        about: [jobId],
      }
    }),
    findingOf('I12', 'no log has words of another job', jobs, ({ push, job }) => {
      const text = logs.get(job.id)?.toString() ?? ''
      const foreign = new Set(text.match(/\bp\d+-\d+\b/g)).difference(new Set([marks[push.number]]))
      return foreign.size === 0
        ? undefined
        : { what: `log of ${job.id} has ${[...foreign].join(', ')}`, about: [job.id, push.sha] }
    }),
  ]
}

function wrongLog({ push, job, expected }: JobOfPush, log: Buffer | undefined): Violation | undefined {
  const want = Buffer.from(expected.log)
  const found = log ?? Buffer.alloc(0)
  const isWhole = job.ending?.outcome === expected.outcome && expected.outcome !== 'cancelled'
  // What was cut off by a cancel or an error is the beginning of what it would have been, and may say why it ends there.
  if (isWhole ? found.equals(want) : isBeginning(found, want)) return undefined
  const at = found.findIndex((byte, place) => byte !== want[place])
  const what = `log of ${push.shape.name}, job ${job.name}: ${found.length} bytes instead of ${want.length}, other from ${at === -1 ? found.length : at}`
  return { what, about: [job.id, push.sha, ...job.attempts.map(({ id }) => id)] }
}

function isBeginning(found: Buffer, want: Buffer): boolean {
  const text = found.toString()
  const [, said = text] = /^([^]*?)\n?\[narwhal\] The log ends here: the runner was lost\.\n$/.exec(text) ?? []
  return want.toString().startsWith(said)
}

import type { BuildView, JobView } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { checkDeliveries } from './checks/check-deliveries.ts'
import { checkLogs } from './checks/check-logs.ts'
import { checkResubmits } from './checks/check-resubmits.ts'
import { checkStates } from './checks/check-states.ts'
import { checkStore } from './checks/check-store.ts'
import type { Evidence } from './checks/evidence.ts'
import type { Finding } from './checks/finding.ts'
import type { MadePush } from './play/send-pushes.ts'

// The rig is shown what must never happen: each check has to tell it.

const sha = 'a'.repeat(40)
const log = 'begin p0-1234\nend p0-1234\n'

test('what is as it was promised is violated by nothing', () => {
  expect(violated(evidence({}))).toEqual([])
})

test.each<readonly [string, Partial<Evidence>, readonly string[]]>([
  ['a commit that was taken and has no build is lost', { builds: [] }, ['I1']],
  ['two builds of one delivery are double', { builds: [build({}), build({ id: 'other', number: 2 })] }, ['I3']],
  ['a build of nothing that anybody sent is invented', { pushes: [] }, ['I2']],
  ['a build that goes on for ever has not ended', { builds: [build({ state: 'running' }, job({}))] }, ['I6']],
  ['an end that changes is no end', { seen: new Map([['build', ['finished {"outcome":"failed"}']]]) }, ['I7']],
  ['a state that goes back is wrong', { seen: new Map([['build', ['running', 'queued']]]) }, ['I7']],
  ['a failure that no command said is wrong', { builds: [build({}, job({ ending: { outcome: 'failed' } }))] }, ['I7']],
  ['an error for no reason is wrong', { builds: [build({}, job({ ending: { outcome: 'errored' } }))] }, ['I7']],
  ['a log with a byte too few is wrong', { logs: new Map([['job', Buffer.from(log.slice(1))]]) }, ['I11']],
  ['a log with a byte twice is wrong', { logs: new Map([['job', Buffer.from(`${log}\n`)]]) }, ['I11']],
  ['words of another job are foreign', { logs: new Map([['job', Buffer.from(`${log}p7-7777\n`)]]) }, ['I11', 'I12']],
])('%s', (_, changed, invariants) => {
  expect(violated(evidence(changed))).toEqual(invariants)
})

test('a job that errored after three lost attempts errored for a reason', () => {
  const attemptOf = (number: number): JobView['attempts'][number] => {
    return { id: `attempt ${number}`, number, runner: 'ada', state: 'lost', steps: [] }
  }
  const errored = job({ ending: { outcome: 'errored', code: 'RUNNER_LOST' }, attempts: [1, 2, 3].map(attemptOf) })

  expect(violated(evidence({ builds: [build({}, errored)], logs: new Map() }))).toEqual([])
})

test('one key with two builds is told', () => {
  const deeds = {
    followed: [],
    cancels: [],
    resubmits: [{ ofBuild: 'build', jobName: 'build', answers: ['one', 'two'] }],
  }
  const builds = [build({}), build({ id: 'one', resubmitOf: 'build' }), build({ id: 'two', resubmitOf: 'build' })]

  expect(violated(evidence({ deeds, builds }))).toContain('I17')
})

test('attempts with a gap, rows that wait, and a message that is not in quarantine are told', () => {
  const attempts = [1, 3].map((number) => ({ id: `${number}`, job_id: 'job', number, state: 'lost' }))
  const stored = {
    jobs: [{ id: 'job', state: 'finished', attempts: 4 }],
    attempts,
    counts: { outbox: 1, chunks: 0, quarantine: 0 },
  }

  expect(namesOf(checkStore(stored, 1))).toEqual(['I8', 'I9', 'I20', 'I24'])
})

function violated(from: Evidence): readonly string[] {
  return namesOf([...checkDeliveries(from), ...checkStates(from), ...checkLogs(from), ...checkResubmits(from)])
}

function namesOf(findings: readonly Finding[]): readonly string[] {
  const broken = findings.filter(({ violations }) => violations.length > 0)
  return [...new Set(broken.map(({ invariant }) => invariant))]
}

function evidence(changed: Partial<Evidence>): Evidence {
  const shape = {
    name: 'one step',
    pipeline: 'run: echo begin p0-1234',
    jobs: [{ name: 'build', outcome: 'passed', log } as const],
  }
  const push = { number: 0, sha, shape, copies: [{ afterMs: 0, kind: 'duplicated' }] } as unknown as MadePush // what is looked at
  const entries = () => [{ at: 0, kind: 'delivery', sha, answer: 202 }]
  return {
    pushes: [push],
    ledger: { entries },
    deeds: { followed: [], resubmits: [], cancels: [] },
    seen: new Map(),
    builds: [build({})],
    logs: new Map([['job', Buffer.from(log)]]),
    ...changed,
  } as unknown as Evidence // what is looked at
}

function build(changed: Partial<BuildView>, one: JobView = job({})): BuildView {
  const ending = { outcome: 'passed' } as const
  const commit = { sha } as BuildView['commit'] // nothing else is looked at
  return { id: 'build', number: 1, state: 'finished', commit, ending, createdAt: 0, jobs: [one], ...changed }
}

function job(changed: Partial<JobView>): JobView {
  const attempt = { id: 'attempt', number: 1, runner: 'ada', state: 'finished', steps: [] } as const
  return {
    ...{ id: 'job', buildId: 'build', kind: 'steps', name: 'build', state: 'finished', needs: [], queuedAt: 0 },
    ...{ allowFailure: false, ending: { outcome: 'passed' }, attempts: [attempt] },
    ...changed,
  } as JobView // the literals above are its states
}

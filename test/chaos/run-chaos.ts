import { makeCanary } from '../real/canary/make-canary.ts'
import { fsyncLatency } from '../bench/fsync-latency.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { checkAll } from './checks/check-all.ts'
import { readBaseline } from './checks/check-resources.ts'
import type { Finding } from './checks/finding.ts'
import { figuresOf, gatherEvidence } from './checks/gather-evidence.ts'
import { openLedger } from './ledger/ledger.ts'
import { watchContainers } from './ledger/watch-containers.ts'
import { writeViolations } from './ledger/write-violations.ts'
import { type ChaosPlan, planChaos, type PlanSize } from './plan/chaos-plan.ts'
import { canaryName } from './plan/shapes.ts'
import { playPlan } from './play/play-plan.ts'
import type { MadePush } from './play/send-pushes.ts'
import { openRig } from './rig/open-rig.ts'
import { makeCommits, owner } from './rig/repositories.ts'
import { openRest, type Rest } from './rig/rest.ts'
import { type Rig, targetsOf } from './rig/rig.ts'

export interface ChaosOptions extends PlanSize {
  readonly mode: Rig['mode']
  /** Keeps the ledger also when nothing was violated. */
  readonly keep?: boolean
  /** Takes a line of progress; the one before it is over. */
  readonly progress: (line: string) => void
  readonly signal: AbortSignal
}

/** What came of a plan. */
export interface ChaosResult extends PlanSize {
  readonly mode: Rig['mode']
  readonly planned: Readonly<Record<'commits' | 'jobs' | 'kills' | 'faults', number>>
  /** Faults that came true, by kind. */
  readonly faults: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
  readonly figures: Readonly<Record<string, number>>
  /** How long the disk takes to make 4 KiB durable. */
  readonly fsync: Awaited<ReturnType<typeof fsyncLatency>>
  readonly tookMs: number
  readonly isBroken: boolean
  /** Where the ledger and the logs are, if they are still. */
  readonly kept?: string
}

/** Plays a plan on real processes, waits until all is quiet, and checks what was promised. Leaves nothing behind but a kept ledger. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { mode, seed, jobs, keep, signal } = options
  await provideTestImage()
  const fsync = await fsyncLatency()
  await using opened = new AsyncDisposableStack()
  const ledger = opened.use(await openLedger())
  const containers = opened.use(await watchContainers())
  const rig = opened.use(await openRig(mode, ledger))
  const baseline = await readBaseline(rig)
  const rest = openRest(rig.restUrls, rig.tokens.api)
  const plan = planChaos(options, targetsOf(rig))
  const planned = { commits: plan.pushes.length, jobs: plan.jobs, kills: options.kills, faults: plan.faults.length }
  ledger.note('plan', { seed, mode, ...planned })
  const pushes = await makePushes(plan, rig)
  const canary = makeCanary()
  await setSecrets(plan, canary.line, rest)

  const played = await playPlan({ plan, pushes, canary, progress: options.progress }, { rig, rest, ledger, signal })
  const evidence = await gatherEvidence({ rig, rest, ledger, pushes, containers, baseline, ...played })
  const findings = await checkAll(evidence, { canary, sampled: played.sampled })

  const isBroken = findings.some(({ violations }) => violations.length > 0)
  if (isBroken) await writeViolations(findings, ledger)
  const isKept = isBroken || keep === true
  if (isKept) ledger.keep()
  return {
    ...{ mode, seed, jobs, kills: played.kills, planned, findings, fsync, isBroken },
    faults: played.faults,
    tookMs: played.tookMs,
    figures: figuresOf(evidence),
    ...(isKept ? { kept: ledger.root } : {}),
  }
}

async function makePushes({ pushes }: ChaosPlan, rig: Rig): Promise<readonly MadePush[]> {
  const made: MadePush[] = []
  for (const [name, its] of Map.groupBy(pushes, ({ repository }) => repository)) {
    const pipelines = its.map(({ shape }) => shape.pipeline)
    const shas = await makeCommits(rig.repositories, name, pipelines)
    its.forEach((push, place) => made.push({ ...push, sha: shas[place] ?? '' }))
  }
  return made.toSorted((one, other) => one.number - other.number)
}

async function setSecrets({ pushes }: ChaosPlan, value: string, rest: Rest): Promise<void> {
  for (const name of new Set(pushes.map(({ repository }) => repository))) {
    const body = { repository: `127.0.0.1/${owner}/${name}`, name: canaryName, value }
    await rest.ask('/v1/secrets', { method: 'PUT', body })
  }
}

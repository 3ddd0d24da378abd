import { scheduler } from 'node:timers/promises'
import { makeCanary } from '../real/canary/make-canary.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { checkAll } from './checks/check-all.ts'
import type { Finding } from './checks/finding.ts'
import { gatherEvidence } from './checks/gather-evidence.ts'
import { foundIn, placesNow } from './checks/check-secrets.ts'
import { openLedger } from './ledger/ledger.ts'
import { watchBuilds } from './ledger/watch-builds.ts'
import { watchContainers } from './ledger/watch-containers.ts'
import { type ChaosPlan, planChaos, type PlanSize } from './plan/chaos-plan.ts'
import { canaryName } from './plan/shapes.ts'
import { isKill } from './plan/plan-faults.ts'
import { doDeeds } from './play/do-deeds.ts'
import { makeFaults } from './play/make-faults.ts'
import type { Play } from './play/play.ts'
import { type MadePush, sendPushes } from './play/send-pushes.ts'
import { untilQuiet } from './play/until-quiet.ts'
import { openRig } from './rig/open-rig.ts'
import { makeCommits, owner } from './rig/repositories.ts'
import { openRest } from './rig/rest.ts'
import { type Rig, targetsOf } from './rig/rig.ts'

export interface ChaosOptions extends PlanSize {
  readonly mode: Rig['mode']
  /** A line of progress; the one before it is over. */
  readonly progress: (line: string) => void
  readonly signal: AbortSignal
}

/** What came of a plan. */
export interface ChaosResult {
  readonly mode: Rig['mode']
  readonly plan: ChaosPlan
  /** Faults that came true, by kind. */
  readonly faults: Readonly<Record<string, number>>
  readonly kills: number
  readonly findings: readonly Finding[]
  readonly figures: Readonly<Record<string, number>>
  /** Where the ledger and the logs are; only when something was violated. */
  readonly kept?: string
  readonly tookMs: number
}

/** Plays a plan on real processes, waits until all is quiet, and checks what was promised. Leaves nothing behind but a kept ledger. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { mode, signal } = options
  await provideTestImage()
  await using opened = new AsyncDisposableStack()
  const ledger = opened.use(await openLedger())
  const openedAt = Date.now()
  const containers = opened.use(await watchContainers())
  const rig = opened.use(await openRig(mode, ledger))
  const plan = planChaos(options, targetsOf(rig))
  ledger.note('plan', {
    seed: plan.seed,
    mode,
    jobs: plan.jobs,
    pushes: plan.pushes.length,
    faults: plan.faults.length,
  })
  const rest = openRest(rig.restUrls, rig.tokens.api)
  const pushes = await makePushes(plan, rig)
  const canary = makeCanary()
  for (const repository of new Set(plan.pushes.map((push) => push.repository))) {
    const body = { repository: `127.0.0.1/${owner}/${repository}`, name: canaryName, value: canary.line }
    await rest.ask('/v1/secrets', { method: 'PUT', body })
  }

  const over = new AbortController()
  const play = openPlay({ rig, rest, ledger }, AbortSignal.any([signal, over.signal]))
  opened.defer(() => over.abort())
  const watch = watchBuilds(play)
  const faults = new Map<string, number>()
  const kills = () => plan.faults.filter((fault) => isKill(fault)).length
  let killed = 0
  const sampled = { places: 0, found: [] as string[] }
  const sample = async () => {
    const places = await placesNow(rig)
    sampled.places += places.length
    sampled.found.push(...foundIn(canary, places))
  }
  const ticker = setInterval(() => {
    const done = pushes.filter(({ sha }) => rig.github.statusesOf(sha).some(({ state }) => state !== 'pending')).length
    options.progress(
      `${Math.round(ledger.now() / 1000)} s: ${done} of ${pushes.length} commits told, ${killed} of ${kills()} kills, ${watch.open()} builds open`,
    )
  }, 1_000)
  opened.defer(() => clearInterval(ticker))
  const sampler = setInterval(() => void sample().catch(() => undefined), 15_000)
  opened.defer(() => clearInterval(sampler))

  const deeds = doDeeds(pushes, watch, { ...play, seed: plan.seed })
  await Promise.all([
    sendPushes(pushes, play),
    makeFaults(plan.faults, play, (fault) => {
      faults.set(fault.kind, (faults.get(fault.kind) ?? 0) + 1)
      if (isKill(fault)) killed++
    }),
  ])
  ledger.note('calm', {})
  await untilQuiet(pushes, { watch, play, deeds })
  ledger.note('quiet', {})
  const playedMs = ledger.now()
  over.abort()
  clearInterval(sampler)

  const evidence = await gatherEvidence({ rig, rest, ledger, pushes, watch, containers, openedAt, deeds: await deeds })
  const findings = await checkAll(evidence, { canary, sampled })
  const isBroken = findings.some(({ violations }) => violations.length > 0)
  if (isBroken) ledger.keep()
  for (const finding of findings)
    for (const violation of finding.violations)
      ledger.note('violation', { ...finding, violations: undefined, ...violation })
  return {
    ...{ mode, plan, kills: killed, findings, tookMs: playedMs },
    faults: Object.fromEntries(faults),
    figures: figuresOf(evidence),
    ...(isBroken ? { kept: ledger.root } : {}),
  }
}

function figuresOf({
  builds,
  ledger,
  lives,
}: Awaited<ReturnType<typeof gatherEvidence>>): Readonly<Record<string, number>> {
  const jobs = builds.flatMap((build) => build.jobs)
  const attempts = jobs.flatMap((job) => job.attempts)
  return {
    builds: builds.length,
    jobs: jobs.filter(({ kind }) => kind === 'steps').length,
    attempts: attempts.length,
    lost: attempts.filter(({ state }) => state === 'lost').length,
    errored: jobs.filter(({ ending }) => ending?.outcome === 'errored').length,
    deliveries: ledger.entries('delivery').length,
    containers: lives.length,
    'ends by themselves': ledger.entries('life').filter(({ what }) => what === 'ended by itself').length,
  }
}

async function makePushes({ pushes }: ChaosPlan, rig: Rig): Promise<readonly MadePush[]> {
  const made: MadePush[] = []
  for (const [name, its] of Map.groupBy(pushes, ({ repository }) => repository)) {
    const shas = await makeCommits(
      rig.repositories,
      name,
      its.map(({ shape }) => shape.pipeline),
    )
    its.forEach((push, place) => made.push({ ...push, sha: shas[place] ?? '' }))
  }
  return made.toSorted((one, other) => one.number - other.number)
}

function openPlay(parts: Pick<Play, 'rig' | 'rest' | 'ledger'>, signal: AbortSignal): Play {
  const beganAt = performance.now()
  const sleep = (ms: number) => scheduler.wait(Math.max(0, ms), { signal })
  return { ...parts, signal, sleep, due: (atMs) => sleep(beganAt + atMs - performance.now()) }
}

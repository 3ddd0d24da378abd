import { scheduler } from 'node:timers/promises'
import type { Canary } from '../../real/canary/make-canary.ts'
import { type BuildWatch, watchBuilds } from '../ledger/watch-builds.ts'
import type { ChaosPlan } from '../plan/chaos-plan.ts'
import { isKill } from '../plan/plan-faults.ts'
import { type Deeds, actOnBuilds } from './act-on-builds.ts'
import { makeFaults } from './make-faults.ts'
import type { Play } from './play.ts'
import { type Sampled, startSampling } from './sample-places.ts'
import { type MadePush, sendPushes } from './send-pushes.ts'
import { isTold, untilQuiet } from './until-quiet.ts'

export interface PlanToPlay {
  readonly plan: ChaosPlan
  readonly pushes: readonly MadePush[]
  readonly canary: Canary
  readonly progress: (line: string) => void
}

/** What was done and seen while a plan was played. */
export interface Played {
  readonly deeds: Deeds
  readonly watch: BuildWatch
  readonly sampled: Sampled
  /** Faults that came true, by kind. */
  readonly faults: Readonly<Record<string, number>>
  readonly kills: number
  /** Until all was quiet. */
  readonly tookMs: number
}

/** Plays all of a plan, then waits until all is quiet. */
export async function playPlan(
  { plan, pushes, canary, progress }: PlanToPlay,
  parts: Pick<Play, 'rig' | 'rest' | 'ledger' | 'signal'>,
): Promise<Played> {
  const { ledger, rig } = parts
  const over = new AbortController()
  using undo = new DisposableStack()
  undo.defer(() => over.abort())
  const play = openPlay(parts, AbortSignal.any([parts.signal, over.signal]))
  const watch = watchBuilds(play)
  const faults = new Map<string, number>()
  const kills = { done: 0, planned: plan.faults.filter(isKill).length }
  const sampling = undo.use(startSampling(rig, canary))
  const ticker = setInterval(() => {
    const told = pushes.filter(({ sha }) => isTold(rig.github.statusesOf(sha))).length
    const at = Math.round(ledger.now() / 1000)
    progress(
      `${at} s: ${told} of ${pushes.length} commits told, ${kills.done} of ${kills.planned} kills, ${watch.open()} builds open`,
    )
  }, 1_000)
  undo.defer(() => clearInterval(ticker))

  const deeds = actOnBuilds(pushes, watch, { ...play, seed: plan.seed })
  const count = (kind: string, isOne: boolean) => {
    faults.set(kind, (faults.get(kind) ?? 0) + 1)
    if (isOne) kills.done++
  }
  await Promise.all([
    sendPushes(pushes, play),
    makeFaults(plan.faults, play, (fault) => count(nameOf(fault), isKill(fault))),
  ])
  ledger.note('calm', {})
  await untilQuiet(pushes, { watch, play, deeds })
  ledger.note('quiet', {})
  const tookMs = ledger.now()
  over.abort()
  return { deeds: await deeds, watch, sampled: sampling, faults: Object.fromEntries(faults), kills: kills.done, tookMs }
}

/** As people count them: by what was killed, and by the weather. */
function nameOf(fault: ChaosPlan['faults'][number]): string {
  switch (fault.kind) {
    case 'kill':
    case 'freeze':
      return `${fault.kind} ${fault.program.replace(/-\d+$/, '')}`
    case 'link':
      return `link ${fault.weather.kind}`
    default:
      return fault.kind
  }
}

function openPlay(parts: Pick<Play, 'rig' | 'rest' | 'ledger'>, signal: AbortSignal): Play {
  const beganAt = performance.now()
  const sleep = (ms: number) => scheduler.wait(Math.max(0, ms), { signal })
  return { ...parts, signal, sleep, due: (atMs) => sleep(beganAt + atMs - performance.now()) }
}

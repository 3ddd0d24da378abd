import type { BuildWatch } from '../ledger/watch-builds.ts'
import type { Deeds } from './act-on-builds.ts'
import type { Play } from './play.ts'
import type { MadePush } from './send-pushes.ts'

/** Without any change for so long, nothing will change any more: in milliseconds. */
const patienceMs = 120_000

export interface QuietDeps {
  readonly watch: BuildWatch
  readonly play: Play
  readonly deeds: Promise<Deeds>
}

/** Resolves when every commit was told and nothing is open, or when nothing has changed for two minutes. */
export async function untilQuiet(pushes: readonly MadePush[], { watch, play, deeds }: QuietDeps): Promise<void> {
  const { rig, ledger, sleep } = play
  let areDone = false
  deeds.then(
    () => (areDone = true),
    () => undefined, // whoever waits for them hears of it
  )
  let before = ''
  for (let changedAt = performance.now(); performance.now() - changedAt < patienceMs; ) {
    const untold = pushes.filter(({ sha }) => !isTold(rig.github.statusesOf(sha)))
    if (untold.length === 0 && areDone && watch.open() === 0) return
    const now = JSON.stringify([untold.length, watch.open(), [...watch.seen().values()].flat().length])
    if (now !== before) changedAt = performance.now()
    before = now
    await sleep(500)
  }
  ledger.note('stuck', { holds: await rig.describe?.() })
  ledger.note('trouble', {
    where: 'quiet',
    error: `nothing changed for ${patienceMs} ms: ${before}, deeds done: ${areDone}`,
  })
}

/** The forge shows an end. */
export function isTold(statuses: readonly { readonly state: string }[]): boolean {
  return statuses.length > 0 && statuses.at(-1)?.state !== 'pending'
}

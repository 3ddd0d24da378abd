import type { judgeReply } from './judge-reply.ts'
import type { Forge, ForgeReply, OutgoingStatus, ShownStatus } from './open-forge.ts'

// The forge shows what comes last, and that need not be what is newest: another reporter on the same broker has told the end of a
// build while this one's `pending` waited, or has told of a newer build of the same commit; or the disk with what this one had
// told is gone. No order of ours prevents that. So whoever has told something looks whether it has covered what should be
// shown, and shows that again:
//
// 1. A newer build of the commit counts more than an older one. Their ids grow with time, and are the end of the target.
// 2. Of one build its end counts more than anything else.

export interface RestoreDeps {
  readonly forge: Forge
  readonly judge: (reply: ForgeReply) => ReturnType<typeof judgeReply>
}

/** Others may tell at the same time, and each of them looks: whoever is last sees what all have told. */
const looksAtMost = 5

/** Shows again what `told` has covered, if it should have stayed. Returns why that could not be found out or done. */
export async function restoreCovered(told: OutgoingStatus, { forge, judge }: RestoreDeps) {
  let newest: ShownStatus = told
  for (let look = 0; look < looksAtMost; look += 1) {
    const found = await forge.list(told)
    const unseen = judge(found)
    if (unseen !== undefined) return unseen.type === 'refused' ? undefined : unseen // we may not look
    const wanted = toShow([newest, ...found.shown.filter(isOfBuild)])
    if (isSame(wanted, newest)) return undefined
    const fault = judge(await forge.post({ ...told, ...wanted }))
    if (fault !== undefined) return fault
    newest = wanted
  }
  return undefined
}

/** Anybody who may set statuses may take our context. */
function isOfBuild({ targetUrl }: ShownStatus): boolean {
  return /\/builds\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(targetUrl)
}

function isSame(one: ShownStatus, other: ShownStatus): boolean {
  return one.targetUrl === other.targetUrl && one.state === other.state
}

/** Of statuses of one commit, the newest first, the one that the forge should show. */
function toShow(statuses: readonly [ShownStatus, ...ShownStatus[]]): ShownStatus {
  const newest = statuses.map(buildOf).reduce((one, other) => (other > one ? other : one))
  const ofNewest = statuses.filter((status) => buildOf(status) === newest)
  return ofNewest.find(({ state }) => state !== 'pending') ?? ofNewest[0] ?? statuses[0]
}

function buildOf({ targetUrl }: ShownStatus): string {
  return targetUrl.slice(targetUrl.lastIndexOf('/') + 1)
}

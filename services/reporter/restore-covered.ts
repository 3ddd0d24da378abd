import type { judgeReply } from './judge-reply.ts'
import type { Forge, ForgeReply, OutgoingStatus, StatusReceipt, ShownStatus } from './open-forge.ts'

// The forge shows what comes last, and that need not be what is newest: another reporter on the same broker has told the end of a
// build while this one's `pending` waited, or has told of a newer build of the same commit; or the disk with what this one had
// told is gone. No order of ours prevents that. So whoever has told something looks whether it has covered what should be
// shown, and shows that again:
//
// 1. A newer build of the commit counts more than an older one. Their ids grow with time, and are the end of the target.
// 2. Of one build its end counts more than anything else.
// 3. Nobody's words but our own are shown with our token: of the account that set `told`, and with a target beside that of `told`.

export interface RestoreDeps {
  readonly forge: Forge
  readonly judge: (reply: ForgeReply) => ReturnType<typeof judgeReply>
}

/** Others may tell at the same time, and each of them looks: whoever is last sees what all have told. */
const looksAtMost = 5

/** Shows again what `told` has covered, if it should have stayed. Returns why that could not be found out or done. */
export async function restoreCovered(told: OutgoingStatus & StatusReceipt, { forge, judge }: RestoreDeps) {
  let newest: ShownStatus = told
  for (let look = 0; look < looksAtMost; look += 1) {
    const found = await forge.list(told)
    const unseen = judge(found)
    if (unseen !== undefined) return unseen.type === 'refused' ? undefined : unseen // we may not look
    const ours = found.shown.filter((status) => isOurs(status, told)) // 3
    if (ours.every(({ id }) => id !== newest.id)) ours.unshift(newest) // the list may be a moment old
    const wanted = toShow(ours)
    if (wanted === undefined || wanted === ours[0]) return undefined
    const { state, description, targetUrl } = wanted
    const reply = await forge.post({ ...told, state, description, targetUrl })
    const fault = judge(reply)
    if (fault !== undefined) return fault.type === 'refused' ? undefined : fault // or not show it
    newest = { ...wanted, ...reply.receipt }
  }
  return undefined
}

const buildId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Anybody who may set statuses may take our context, and any target. */
function isOurs(status: ShownStatus, told: OutgoingStatus & StatusReceipt): boolean {
  return status.creator === told.creator && placeOf(status) === placeOf(told) && buildId.test(buildOf(status))
}

/** Of statuses of one commit, the newest first, the one that the forge should show. */
function toShow(statuses: readonly ShownStatus[]): ShownStatus | undefined {
  const newest = statuses.map(buildOf).reduce((one, other) => (other > one ? other : one), '') // 1
  const ofNewest = statuses.filter((status) => buildOf(status) === newest)
  return ofNewest.find(({ state }) => state !== 'pending') ?? ofNewest[0] // 2
}

type Target = Pick<ShownStatus, 'targetUrl'>

function buildOf({ targetUrl }: Target): string {
  return targetUrl.slice(placeOf({ targetUrl }).length)
}

function placeOf({ targetUrl }: Target): string {
  return targetUrl.slice(0, targetUrl.lastIndexOf('/') + 1)
}

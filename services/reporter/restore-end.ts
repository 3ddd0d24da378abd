import type { judgeReply } from './judge-reply.ts'
import type { Forge, ForgeReply, OutgoingStatus } from './open-forge.ts'

// A `pending` may come to the forge after the end of its build, and stay there for ever: another reporter on the same broker
// has told the end while this one waited, or the disk with what this one had told is gone. No order of ours prevents that, since
// the forge takes what comes last; so whoever has told a `pending` looks whether it has covered an end, and shows that again.

export interface RestoreDeps {
  readonly forge: Forge
  readonly judge: (reply: ForgeReply) => ReturnType<typeof judgeReply>
}

/** Shows the end of the build again, if `told` has covered it. Returns why that could not be found out or done. */
export async function restoreEnd(told: OutgoingStatus, { forge, judge }: RestoreDeps) {
  if (told.state !== 'pending') return undefined
  const found = await forge.list(told)
  const fault = judge(found)
  if (fault !== undefined) return fault.cause.code === 'STATUS_REFUSED' ? undefined : fault // we may not look
  const end = found.shown.find(({ state, targetUrl }) => state !== 'pending' && targetUrl === told.targetUrl)
  return end && judge(await forge.post({ ...told, ...end }))
}

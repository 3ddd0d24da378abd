import type { Peers, PeersOptions } from '../peers.ts'
import { type Link, openLink } from './open-link.ts'
import { messagesOf, openOutgoing } from './outgoing.ts'

// All in milliseconds.
const beatMs = 1_000
const pauseMs = 500

/** Keeps a link with the other processes, and makes it again when it broke. */
export function keepPeers(url: string, { clock, heard, missed }: PeersOptions): Peers {
  const stop = new AbortController()
  const outgoing = openOutgoing()
  let link: Link | undefined

  const hear = (text: string) => {
    const messages = messagesOf(text)
    if (messages === undefined) missed()
    else heard(messages)
  }
  const holdLink = async () => {
    await using opened = await openLink(url, { clock, heard: hear })
    link = opened
    outgoing.sendBy(opened)
    missed()
    const signal = AbortSignal.any([stop.signal, opened.ended])
    while (!signal.aborted) {
      await opened.beat()
      await clock.sleep(beatMs, signal)
    }
  }
  const keep = async () => {
    while (!stop.signal.aborted) {
      await holdLink().catch(() => undefined) // whether the store answers is told by its readiness
      link = undefined
      outgoing.sendBy(undefined)
      await clock.sleep(pauseMs, stop.signal).catch(() => undefined)
    }
  }
  const kept = keep()
  return {
    tell: (messages) => outgoing.add(messages),
    hasTurn: async (name) => (await link?.hasTurn(name).catch(() => false)) ?? false,
    passTurn: async (name) => link?.passTurn(name).catch(() => undefined),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await kept
    },
  }
}

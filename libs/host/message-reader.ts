import type { Topic } from '@narwhal/protocol'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/** A message of a topic, or why it is none. */
export type ReadMessage<S extends TSchema> = { readonly message: Static<S> } | { readonly unreadable: string }

/** In characters: larger ones would keep everything else waiting, and no broker takes them unless it was told to. */
const largestBody = 64 * 1024 * 1024
const largestKept = 8 * 1024 * 1024

/** Reads the bodies of messages of `topic`: JSON that fits `schema`. */
export function messageReader<S extends TSchema>(topic: Topic, schema: S): (body: string) => ReadMessage<S> {
  const validator = Compile(schema)
  return (body) => {
    if (body.length > largestBody) return { unreadable: `it has ${body.length} characters; ${largestBody} is the most` }
    try {
      const message: unknown = JSON.parse(body)
      if (validator.Check(message)) return { message }
      const [first] = validator.Errors(message)
      const where = first === undefined || first.instancePath === '' ? 'it' : first.instancePath
      return { unreadable: `it is no message of the topic ${topic.name}: ${where} ${first?.message ?? 'does not fit'}` }
    } catch {
      return { unreadable: `it is no message of the topic ${topic.name}: it is not JSON` }
    }
  }
}

/** A message that cannot be taken, and why. */
export interface UntakenMessage {
  readonly messageId: string
  readonly body: string
  readonly because: string
}

/**
 * What quarantine keeps of a message: all of it, but only the beginning of a body that is too large to be sent on. A NUL,
 * which no store of texts takes and no JSON has, is shown as ␀.
 */
export function forQuarantine({ messageId, body, because }: UntakenMessage): UntakenMessage {
  const isCut = body.length > largestKept
  const cut = isCut ? ` (of ${body.length} characters 65,536 are kept)` : ''
  return {
    messageId: withoutNul(messageId).slice(0, 1_000),
    body: withoutNul(isCut ? body.slice(0, 65_536) : body),
    because: withoutNul(because.slice(0, 2_000)) + cut,
  }
}

function withoutNul(text: string): string {
  return text.replaceAll('\0', '␀')
}

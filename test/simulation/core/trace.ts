/** What happened, in order; its hash tells whether two schedules were the same. */
export interface Trace {
  /** `detail`: only for the hash, and for who asks for everything. */
  say(who: string, what: string, weight?: 'story' | 'detail'): void
  readonly hash: string
  readonly lines: readonly TraceLine[]
}

export interface TraceLine {
  readonly atMs: number
  readonly who: string
  readonly what: string
  readonly weight: 'story' | 'detail'
}

/** Wall times go on from schedule to schedule, and ids begin with theirs. */
const timeOfId = /[0-9a-f]{8}-[0-9a-f]{4}(?=-7[0-9a-f]{3}-)/g

/** @param keeps whether the lines are kept, which costs time. */
export function openTrace(now: () => number, keeps: boolean): Trace {
  const lines: TraceLine[] = []
  let [low, high] = [0x9e3779b1, 0x85ebca6b]
  const mix = (text: string) => {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      low = Math.imul(low ^ unit, 0x01000193)
      high = Math.imul(high ^ unit, 0x5bd1e995) ^ (low >>> 15)
    }
  }
  return {
    say(who, what, weight = 'story') {
      const atMs = now()
      mix(who)
      mix(what.replace(timeOfId, ''))
      mix(String(Math.round(atMs * 1000)))
      if (keeps) lines.push({ atMs, who, what, weight })
    },
    get hash() {
      return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
    },
    lines,
  }
}

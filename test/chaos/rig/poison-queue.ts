import { newId, systemClock } from '@narwhal/host'
import { commitsTopic } from '@narwhal/protocol'
import { openQueue } from '@narwhal/queue'

const bodies = ['', '{', '{"version":99}', JSON.stringify({ version: 1, id: 'x', commit: 'a'.repeat(200_000) })]

/** Puts messages into the queue of commits that nobody can read; how many. */
export async function poisonQueue(url: string): Promise<number> {
  await using queue = await openQueue(url, { clock: systemClock })
  for (const body of bodies)
    await queue.publish(commitsTopic, { id: newId(Date.now()), body }, { signal: AbortSignal.timeout(30_000) })
  return bodies.length
}

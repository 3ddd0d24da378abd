import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { problem } from '@narwhal/protocol'

const lowest = 20_000
const aboveHighest = 32_768 // from here on Linux gives ports to those who connect, so that no one could start again on theirs
const tries = 100

/** A loopback TCP port that was free a moment ago, and that no outgoing connection is given. */
export async function freePort(): Promise<number> {
  for (let left = tries; left > 0; left -= 1) {
    const port = randomInt(lowest, aboveHighest)
    if (await isFree(port)) return port
  }
  throw problem('INTERNAL', `No free loopback port among ${tries} between ${lowest} and ${aboveHighest}.`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}

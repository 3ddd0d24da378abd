import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Gives each connection to one of several services in turn, or to the next one that is there. */
export interface Balancer extends AsyncDisposable {
  readonly url: string
  /** Of the services, as `http://HOST:PORT`. */
  setTargets(urls: readonly string[]): void
}

export async function startBalancer(): Promise<Balancer> {
  let targets: readonly string[] = []
  let next = 0
  const open = new Set<Socket>()
  const listening = createServer((near) => {
    open.add(near.on('error', () => near.destroy()))
    near.on('close', () => open.delete(near))
    reach(near, targets, next++)
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    setTargets: (urls) => void (targets = urls),
    async [Symbol.asyncDispose]() {
      listening.close()
      for (const socket of open) socket.destroy()
      await once(listening, 'close')
    },
  }
}

function reach(near: Socket, targets: readonly string[], place: number, tries = 0): void {
  const url = targets[place % targets.length]
  if (url === undefined || tries === targets.length) return void near.destroy()
  const { hostname, port } = new URL(url)
  const far = connect(Number(port), hostname)
  const onRefused = () => reach(near, targets, place + 1, tries + 1)
  far.once('error', onRefused)
  far.once('connect', () => {
    far.off('error', onRefused).on('error', () => near.destroy())
    far.on('close', () => near.destroy())
    near.on('close', () => far.destroy())
    near.pipe(far).pipe(near)
  })
}

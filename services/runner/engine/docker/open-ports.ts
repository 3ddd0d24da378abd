import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import type Docker from 'dockerode'
import { listeningPorts } from './listening-ports.ts'

/** A container on the same machine answers at once, also with a refusal. */
const silenceMs = 500

export interface PortsOptions {
  readonly found: Docker.ContainerInspectInfo
  readonly ports: readonly number[]
  readonly signal: AbortSignal
}

/** Those of the ports of a container that take connections: asked from here, else, where that is impossible, inside. */
export async function openPorts(
  container: Docker.Container,
  { found, ports, signal }: PortsOptions,
): Promise<readonly number[]> {
  const address = addressOf(found)
  if (address !== undefined) {
    const answers = await Promise.all(ports.map((port) => knock(address, port)))
    if (!answers.includes('unreachable')) return ports.filter((_, index) => answers[index] === 'open')
  }
  const listening = await listeningPorts(container, signal)
  return ports.filter((port) => listening.has(port))
}

/** Where this machine is in the same network. Elsewhere the address may be somebody else's. */
function addressOf({ NetworkSettings }: Docker.ContainerInspectInfo): string | undefined {
  const ours = new Set(Object.values(networkInterfaces()).flatMap((found = []) => found.map(({ address }) => address)))
  return Object.values(NetworkSettings.Networks).find(({ Gateway }) => ours.has(Gateway))?.IPAddress
}

type Answer = 'open' | 'closed' | 'unreachable'

function knock(host: string, port: number): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const socket = connect({ host, port, timeout: silenceMs })
  socket.on('connect', () => resolve('open'))
  socket.on('timeout', () => resolve('unreachable'))
  socket.on('error', (error) => {
    resolve('code' in error && error.code === 'ECONNREFUSED' ? 'closed' : 'unreachable')
  })
  return promise.finally(() => socket.destroy())
}

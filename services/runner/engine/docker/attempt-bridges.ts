import type { NetworkAccess } from '@narwhal/pipeline'
import type Docker from 'dockerode'
import type { NetworkSpec } from '../engine.ts'
import type { Bridge, Networks } from './networks.ts'
import { engineProblem, statusOf } from './engine-problem.ts'

// 1. An attempt has the bridge of its access, and an inner one, without a way out, once a container wants less.
// 2. Every sidecar is in both, under its host name, whichever of them came first.

/** The bridges of one attempt. Disposing gives them back; nobody may be in them then. */
export interface AttemptBridges extends AsyncDisposable {
  /**
   * The network mode of a container that wants `access`, or of the attempt when that is less.
   *
   * @throws ENGINE_NETWORKS_FULL, ENGINE_REFUSED, ENGINE_GONE.
   */
  modeOf(access: NetworkAccess): Promise<string>
  /** A sidecar that is in the first bridge already will be in the inner one, too. */
  addSidecar(container: Docker.Container, host: string): Promise<void>
}

/** Bridges and sidecars that were there before. */
export interface FormerBridges {
  readonly bridges: readonly Bridge[]
  /** With their host names. */
  readonly sidecars: readonly (readonly [Docker.Container, string])[]
}

const nothing: FormerBridges = { bridges: [], sidecars: [] }

/** See `AttemptBridges`. */
export async function openAttemptBridges(
  { runnerId, access: widest }: NetworkSpec,
  { docker, networks, former = nothing }: { docker: Docker; networks: Networks; former?: FormerBridges },
): Promise<AttemptBridges> {
  const sidecars = new Map<Docker.Container, string>(former.sidecars)
  const taken: Bridge[] = [...former.bridges]
  const isThere = (kind: Bridge['kind']) => former.bridges.find((bridge) => bridge.kind === kind)?.name
  const formerInner = widest === 'outbound' ? isThere('internal') : undefined
  let inner = formerInner === undefined ? undefined : Promise.resolve(formerInner)

  const take = async (kind: Bridge['kind']): Promise<string> => {
    const bridge = await networks.take(runnerId, kind)
    taken.push(bridge)
    return bridge.name
  }
  const openInner = async (): Promise<string> => {
    const name = await take('internal')
    await Promise.all([...sidecars].map(([sidecar, host]) => connect(docker, name, { sidecar, host })))
    return name
  }
  const first = widest === 'none' ? 'none' : (isThere(widest) ?? (await take(widest)))

  return {
    async modeOf(access) {
      if (access === 'none' || widest === 'none') return 'none'
      if (access === widest || widest === 'internal') return first
      inner ??= openInner().catch((error: unknown) => {
        inner = undefined
        throw error
      })
      return inner
    },
    async addSidecar(sidecar, host) {
      sidecars.set(sidecar, host)
      if (inner !== undefined) await connect(docker, await inner, { sidecar, host })
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(taken.splice(0).map((bridge) => networks.giveBack(bridge)))
    },
  }
}

/** One that is connected already, or gone, is fine. */
async function connect(
  docker: Docker,
  network: string,
  { sidecar, host }: { sidecar: Docker.Container; host: string },
): Promise<void> {
  try {
    await docker.getNetwork(network).connect({ Container: sidecar.id, EndpointConfig: { Aliases: [host] } })
  } catch (error) {
    if (statusOf(error) === 403 || statusOf(error) === 404 || statusOf(error) === 409) return
    throw engineProblem(error, `The sidecar ${host} was not connected to the inner network`)
  }
}

import type { AttemptNetwork, ContainerSpec, Engine, SidecarSpec, StepSpec } from '../engine/engine.ts'

/** One call of an engine that makes or runs something. */
export type EngineCall =
  | { readonly call: 'provideImage'; readonly image: string }
  | { readonly call: 'openNetwork'; readonly access: string }
  | { readonly call: 'startContainer'; readonly spec: ContainerSpec }
  | { readonly call: 'startSidecar'; readonly spec: SidecarSpec }
  | { readonly call: 'runStep'; readonly spec: StepSpec }
  /** The network was disposed; `living` were still in it. */
  | { readonly call: 'closeNetwork'; readonly living: number }

export interface CountedEngine extends Engine {
  /** Containers and sidecars that are started and not disposed. */
  live(): number
  readonly calls: EngineCall[]
}

/** The same engine, which tells what it was asked for. */
export function countedEngine(engine: Engine): CountedEngine {
  const calls: EngineCall[] = []
  const living = new Set<AsyncDisposable>()
  const counted = <T extends AsyncDisposable>(one: T): T => {
    living.add(one)
    return {
      ...one,
      async [Symbol.asyncDispose]() {
        await one[Symbol.asyncDispose]()
        living.delete(one)
      },
    }
  }
  const countedNetwork = (network: AttemptNetwork): AttemptNetwork => ({
    ...network,
    async [Symbol.asyncDispose]() {
      calls.push({ call: 'closeNetwork', living: living.size })
      await network[Symbol.asyncDispose]()
    },
    async startContainer(spec, options) {
      calls.push({ call: 'startContainer', spec })
      const container = await network.startContainer(spec, options)
      const runStep: typeof container.runStep = (step, stepOptions) => {
        calls.push({ call: 'runStep', spec: step })
        return container.runStep(step, stepOptions)
      }
      return counted({ ...container, runStep })
    },
    async startSidecar(spec, options) {
      calls.push({ call: 'startSidecar', spec })
      return counted(await network.startSidecar(spec, options))
    },
  })
  return {
    ...engine,
    calls,
    live: () => living.size,
    async provideImage(image, options) {
      calls.push({ call: 'provideImage', image })
      return engine.provideImage(image, options)
    },
    async openNetwork(spec, options) {
      calls.push({ call: 'openNetwork', access: spec.access })
      return countedNetwork(await engine.openNetwork(spec, options))
    },
  }
}

import type { Clock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { AttemptNetwork, NetworkSpec, Sidecar } from '../engine.ts'
import { scriptedContainer } from './scripted-container.ts'
import { scriptedFiles, scriptedView } from './scripted-files.ts'
import { isNamed, type ScriptedImages } from './scripted-images.ts'
import { scriptedSidecar } from './scripted-sidecar.ts'

export interface ScriptedNetworkDeps {
  readonly clock: Clock
  readonly images: ScriptedImages
  /** What lives: containers and sidecars, with the spec of their network. */
  readonly living: Map<AsyncDisposable, NetworkSpec>
}

/** A network that knows the names of its sidecars. */
export function scriptedNetwork(spec: NetworkSpec, { clock, images, living }: ScriptedNetworkDeps): AttemptNetwork {
  const hosts = new Map<string, Sidecar>()
  const live = <T extends AsyncDisposable>(make: (onDispose: () => void) => T): T => {
    const one = make(() => living.delete(one))
    living.set(one, spec)
    return one
  }
  const requireImage = (image: string) => {
    if (images.digestOf(image) === undefined) throw problem('IMAGE_NOT_FOUND', `The image ${image} is not here`)
  }
  return {
    async startContainer(container, { signal }) {
      signal.throwIfAborted()
      requireImage(container.image)
      const access = container.access ?? spec.access
      const hasShell = !isNamed(container.image, 'shell-less')
      const knowsHost = (host: string) => access !== 'none' && hosts.has(host)
      return live((onDispose) => scriptedContainer(container, { clock, hasShell, knowsHost, onDispose }))
    },
    async startSidecar(sidecar, { signal }) {
      signal.throwIfAborted()
      requireImage(sidecar.image)
      const deps = { clock, files: scriptedFiles(nothing), knowsHost: (host: string) => hosts.has(host) }
      return live((onDispose) => {
        const leave = () => {
          if (hosts.get(sidecar.host) === started) hosts.delete(sidecar.host)
          onDispose()
        }
        const started: Sidecar = scriptedSidecar(sidecar, { ...deps, onDispose: leave })
        hosts.set(sidecar.host, started)
        return started
      })
    },
    buildImage: (image, { signal }) => images.build(image, signal),
    async [Symbol.asyncDispose]() {},
  }
}

/** A sidecar has no files that a step could see. */
const nothing = scriptedView({ workspacePath: '/dev/null', spoolPath: '/dev/null' })

import { problem } from '@narwhal/protocol'
import type { ContainerSpec, Engine, EngineDeps } from '../engine.ts'
import { type ScriptedContainer, scriptedContainer } from './scripted-container.ts'

/**
 * An engine without containers, for tests and benchmarks: steps are interpreted by `scripted-shell.ts`, their output
 * goes to the same files. Images exist, but `missing:…` (IMAGE_NOT_FOUND), `unpullable:…` (IMAGE_PULL_FAILED) and
 * `shell-less:…` (IMAGE_WITHOUT_SHELL at the first step).
 */
export function openScriptedEngine({ clock }: EngineDeps): Engine {
  const containers = new Map<ScriptedContainer, ContainerSpec>()
  return {
    usesWorkspace: false,
    async readiness() {
      return 'ready'
    },
    async provideImage(image, { signal }) {
      signal.throwIfAborted()
      if (isNamed(image, 'missing')) throw problem('IMAGE_NOT_FOUND', `The image ${image} was not found`)
      if (isNamed(image, 'unpullable')) throw problem('IMAGE_PULL_FAILED', `The image ${image} could not be pulled`)
    },
    async startContainer(spec, { signal }) {
      signal.throwIfAborted()
      if (isNamed(spec.image, 'missing')) throw problem('IMAGE_NOT_FOUND', `The image ${spec.image} is not here`)
      const container = scriptedContainer(spec, {
        clock,
        hasShell: !isNamed(spec.image, 'shell-less'),
        onDispose: () => containers.delete(container),
      })
      containers.set(container, spec)
      return container
    },
    expectContainer() {},
    async removeLeftovers(runnerId, keep) {
      const left = [...containers].filter(([, spec]) => spec.runnerId === runnerId && !keep.has(spec.attemptId))
      for (const [container] of left) await container[Symbol.asyncDispose]()
      return left.length
    },
    async [Symbol.asyncDispose]() {
      for (const container of containers.keys()) await container[Symbol.asyncDispose]()
    },
  }
}

function isNamed(image: string, name: string): boolean {
  return image === name || image.startsWith(`${name}:`)
}

import { problem } from '@narwhal/protocol'
import type { Engine, EngineDeps, NetworkSpec } from '../engine.ts'
import { scriptedPaths } from './scripted-files.ts'
import { isNamed, openScriptedImages } from './scripted-images.ts'
import { scriptedNetwork } from './scripted-network.ts'

export interface ScriptedEngineOptions {
  /** The runner checks the commit out. Without it steps find an empty workspace, and jobs start sooner. */
  readonly usesWorkspace: boolean
}

/**
 * An engine without containers, for tests and benchmarks: steps are interpreted by `scripted-shell.ts`, their output
 * and their files go to the same directories. Images exist, but `missing:…` (IMAGE_NOT_FOUND), `unpullable:…`
 * (IMAGE_PULL_FAILED) and `shell-less:…` (IMAGE_WITHOUT_SHELL at the first step).
 */
export function openScriptedEngine({ clock }: EngineDeps, { usesWorkspace }: ScriptedEngineOptions): Engine {
  const living = new Map<AsyncDisposable, NetworkSpec>()
  const images = openScriptedImages()
  return {
    usesWorkspace,
    platform: 'linux/amd64',
    async readiness() {
      return 'ready'
    },
    insidePaths: () => scriptedPaths,
    async provideImage(image, { signal }) {
      signal.throwIfAborted()
      if (isNamed(image, 'unpullable')) throw problem('IMAGE_PULL_FAILED', `The image ${image} could not be pulled`)
      const digest = images.digestOf(image)
      if (digest === undefined) throw problem('IMAGE_NOT_FOUND', `The image ${image} was not found`)
      return digest
    },
    expectContainer() {},
    async openNetwork(spec, { signal }) {
      signal.throwIfAborted()
      return scriptedNetwork(spec, { clock, images, living })
    },
    built: images.built,
    async removeLeftovers(runnerId, keep) {
      const left = [...living].filter(([, spec]) => spec.runnerId === runnerId && !keep.has(spec.attemptId))
      for (const [one] of left) await one[Symbol.asyncDispose]()
      return left.length
    },
    async [Symbol.asyncDispose]() {
      for (const one of living.keys()) await one[Symbol.asyncDispose]()
    },
  }
}

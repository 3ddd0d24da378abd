import { arch, platform } from 'node:os'
import { access, constants } from 'node:fs/promises'
import { problem } from '@narwhal/protocol'
import type { BuiltImages, Engine, EngineDeps, NetworkSpec } from '../engine.ts'
import { endMarked } from './end-marked.ts'
import { hostNetwork } from './host-network.ts'

const shell = '/bin/sh'
const barePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Steps as plain processes of this machine, with all rights of the runner: for trusted repositories, and machines
 * without a container engine. `image` is ignored and `resources` limit nothing; sidecars, networks of their own, other
 * users, `privileged` and building images end a job with HOST_ENGINE_UNSUPPORTED. Nothing of the runner's environment
 * reaches a step but PATH.
 */
export function openHostEngine({ clock, log, path = barePath }: EngineDeps): Engine {
  log.warn(
    'steps run as plain processes with the rights of this runner, and `image:` is ignored (NARWHAL_ENGINE=host:)',
  )
  const living = new Map<AsyncDisposable, NetworkSpec>()
  return {
    usesWorkspace: true,
    platform: `${platform()}/${arch() === 'x64' ? 'amd64' : arch()}`,
    async readiness() {
      const found = access(shell, constants.X_OK)
      return found.then(
        () => 'ready' as const,
        () => `There is no ${shell} to run steps with`,
      )
    },
    insidePaths: (paths) => paths,
    async provideImage(_, { signal }) {
      signal.throwIfAborted()
      return ''
    },
    expectContainer() {},
    async openNetwork(spec, { signal }) {
      signal.throwIfAborted()
      return hostNetwork(spec, { path, clock, living })
    },
    built: noImages,
    async removeLeftovers(runnerId, keep) {
      const isLeft = (ofRunner: string, attemptId: string) => ofRunner === runnerId && !keep.has(attemptId)
      const left = [...living].filter(([, spec]) => isLeft(spec.runnerId, spec.attemptId))
      await Promise.all(left.map(([container]) => container[Symbol.asyncDispose]()))
      const ended = await endMarked((marks) => isLeft(marks.NARWHAL_RUNNER_ID, marks.NARWHAL_ATTEMPT_ID), { clock })
      return left.length + ended.size
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...living.keys()].map((container) => container[Symbol.asyncDispose]()))
    },
  }
}

const noImages: BuiltImages = {
  find: async () => undefined,
  tag: async (_, tag) => Promise.reject(problem('HOST_ENGINE_UNSUPPORTED', `There is no image to be called ${tag}`)),
  push: async (tag) => Promise.reject(problem('HOST_ENGINE_UNSUPPORTED', `There is no image ${tag} to push`)),
  remove: async () => undefined,
}

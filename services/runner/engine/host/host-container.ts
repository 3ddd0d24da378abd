import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { Container, ContainerSpec, NetworkSpec } from '../engine.ts'
import { packPlace } from '../files/pack-place.ts'
import { type FileView, nameOf, placeOf } from '../files/place.ts'
import { unpackPlace } from '../files/unpack-place.ts'
import { endMarked } from './end-marked.ts'
import type { Marks } from './marked-pids.ts'
import { runHostStep } from './run-host-step.ts'

export interface HostContainerDeps {
  readonly network: NetworkSpec
  /** PATH of the steps. */
  readonly path: string
  readonly clock: Clock
  readonly onDispose: () => void
}

/** Everything that steps start with the marks of one id, instead of a container. Its home is in the spool. */
export async function startHostContainer(spec: ContainerSpec, deps: HostContainerDeps): Promise<Container> {
  const { network, clock, onDispose } = deps
  const home = join(spec.spoolPath, 'home')
  await mkdir(home, { recursive: true })
  const view = viewOf(spec, home)
  const id = randomUUID()
  const gone = new AbortController()
  const sessions = new Map<number, Marks>()
  const marks: Marks = {
    NARWHAL_RUNNER_ID: network.runnerId,
    NARWHAL_ATTEMPT_ID: network.attemptId,
    NARWHAL_CONTAINER_ID: id,
  }
  const env = { PATH: deps.path, HOME: home, LANG: 'C.UTF-8', ...spec.env }

  const kill = async () => {
    gone.abort(problem('CONTAINER_GONE', 'What the steps of this job had started was ended'))
    await endMarked(({ NARWHAL_CONTAINER_ID }) => NARWHAL_CONTAINER_ID === id, { clock, sessions })
  }
  return {
    id: '',
    async runStep(step, { signal }) {
      signal.throwIfAborted()
      gone.signal.throwIfAborted()
      if (step.user !== undefined) throw problem('HOST_ENGINE_UNSUPPORTED', `Steps cannot run as ${step.user} here`)
      try {
        const whole = { ...step, env: { ...env, ...step.env, ...marks } }
        return await runHostStep(spec, whole, { sessions, marks, kill, gone: gone.signal, signal })
      } catch (error) {
        if (signal.aborted) await kill()
        throw signal.aborted ? signal.reason : error
      }
    },
    async packFiles(path, { signal }) {
      gone.signal.throwIfAborted()
      return packPlace(placeOf(path, view), nameOf(path, view), signal)
    },
    async unpackFiles(path, tar, { signal }) {
      gone.signal.throwIfAborted()
      await unpackPlace(placeOf(path, view), tar, signal)
    },
    kill,
    async [Symbol.asyncDispose]() {
      await kill()
      onDispose()
    },
  }
}

/** Paths mean themselves; links are not followed below the directories of the attempt, which may be behind some. */
function viewOf({ workspacePath, spoolPath }: ContainerSpec, home: string): FileView {
  const mounts = [workspacePath, spoolPath, '/'].map((path) => ({ inside: path, outside: path }))
  return { mounts, workspace: workspacePath, home }
}

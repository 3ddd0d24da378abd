import type { Clock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { Container, ContainerSpec } from '../engine.ts'
import { makeSpoolFile } from '../make-spool-file.ts'
import { stepLogPath } from '../step-log-path.ts'
import { cappedOutput } from './capped-output.ts'
import { runScript } from './scripted-shell.ts'

export type ScriptedContainer = Container

export interface ScriptedContainerDeps {
  readonly clock: Clock
  readonly hasShell: boolean
  readonly onDispose: () => void
}

/** A container that is only a switch: killed or not. */
export function scriptedContainer(spec: ContainerSpec, deps: ScriptedContainerDeps): ScriptedContainer {
  const killed = new AbortController()
  const kill = () => killed.abort(problem('CONTAINER_GONE', 'The scripted container was killed'))
  return {
    async runStep(step, { signal }) {
      signal.throwIfAborted()
      killed.signal.throwIfAborted()
      if (!deps.hasShell) throw problem('IMAGE_WITHOUT_SHELL', `The image ${spec.image} has no sh`)
      await using log = await makeSpoolFile(stepLogPath(spec.spoolPath, step.index), 0o666)
      const output = cappedOutput(log, step.logCapBytes)
      try {
        const env = { ...spec.env, ...step.env }
        const either = AbortSignal.any([signal, killed.signal])
        const end = await runScript(step.script, { env, output, clock: deps.clock, signal: either, kill })
        await output.flush()
        return end
      } catch (error) {
        if (signal.aborted) kill()
        throw signal.aborted ? signal.reason : error
      }
    },
    async kill() {
      kill()
    },
    async [Symbol.asyncDispose]() {
      kill()
      deps.onDispose()
    },
  }
}

import type { Clock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { Sidecar, SidecarSpec } from '../engine.ts'
import type { Output, ShellDeps } from './command.ts'
import { isNamed } from './scripted-images.ts'
import { runScript } from './scripted-shell.ts'

/** How often the command `ready` is tried, in milliseconds of the engine's clock. */
const pollMs = 1_000

export type ScriptedSidecarDeps = Pick<ShellDeps, 'files' | 'knowsHost'> & {
  readonly clock: Clock
  readonly onDispose: () => void
}

/** A sidecar that is only a name. Of the image `dying:…` it has ended, of `never-ready:…` it is not ready, ever. */
export function scriptedSidecar({ host, image, env, ready = ':' }: SidecarSpec, deps: ScriptedSidecarDeps): Sidecar {
  const ended = new AbortController()
  const output = isNamed(image, 'dying') ? 'no space for tea\n' : 'up\n'
  const end = () => ended.abort(problem('SIDECAR_ENDED', `The sidecar ${host} (${image}) has ended:\n${output}`))
  if (isNamed(image, 'dying')) end()
  const isReady = async (signal: AbortSignal) => {
    if (isNamed(image, 'never-ready')) return false
    const script = { ...deps, env, output: nowhere, signal, kill: end }
    return (await runScript(ready, 'sh -e', script)).exitCode === 0
  }
  return {
    async untilReady({ signal }) {
      const either = AbortSignal.any([signal, ended.signal])
      either.throwIfAborted()
      while (!(await isReady(either))) await deps.clock.sleep(pollMs, either)
    },
    async lastOutput() {
      return output
    },
    async [Symbol.asyncDispose]() {
      end()
      deps.onDispose()
    },
  }
}

const nowhere: Output = { isFull: () => false, write: () => undefined, flush: async () => undefined }

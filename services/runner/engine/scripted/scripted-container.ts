import type { Clock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { Container, ContainerSpec, StepEnd, StepSpec } from '../engine.ts'
import { packPlace } from '../files/pack-place.ts'
import { nameOf, placeOf } from '../files/place.ts'
import { unpackPlace } from '../files/unpack-place.ts'
import { makeSpoolFile } from '../make-spool-file.ts'
import { stepLogPath } from '../step-log-path.ts'
import { cappedOutput } from './capped-output.ts'
import { scriptedFiles, scriptedView } from './scripted-files.ts'
import { isShell, runScript } from './scripted-shell.ts'

export interface ScriptedContainerDeps {
  readonly clock: Clock
  readonly hasShell: boolean
  readonly knowsHost: (host: string) => boolean
  readonly onDispose: () => void
}

/** A container that is a switch, killed or not, and the two directories of its attempt. */
export function scriptedContainer(spec: ContainerSpec, deps: ScriptedContainerDeps): Container {
  const killed = new AbortController()
  const kill = () => killed.abort(problem('CONTAINER_GONE', 'The scripted container was killed'))
  const view = scriptedView(spec)
  return {
    id: '',
    async runStep(step, { signal }) {
      signal.throwIfAborted()
      killed.signal.throwIfAborted()
      if (!deps.hasShell) throw problem('IMAGE_WITHOUT_SHELL', `The image ${spec.image} has no sh`)
      try {
        return await runStep(spec, step, { ...deps, kill, signal: AbortSignal.any([signal, killed.signal]) })
      } catch (error) {
        if (signal.aborted) kill()
        throw signal.aborted ? signal.reason : error
      }
    },
    async packFiles(path, { signal }) {
      killed.signal.throwIfAborted()
      return packPlace(placeOf(path, view), nameOf(path, view), signal)
    },
    async unpackFiles(path, tar, { signal }) {
      killed.signal.throwIfAborted()
      await unpackPlace(placeOf(path, view), tar, signal)
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

type StepDeps = ScriptedContainerDeps & { readonly kill: () => void; readonly signal: AbortSignal }

async function runStep(spec: ContainerSpec, step: StepSpec, deps: StepDeps): Promise<StepEnd> {
  const files = scriptedFiles(scriptedView(spec))
  if (step.dir !== undefined && !(await files.enter(step.dir))) {
    throw problem('STEP_DIRECTORY_MISSING', `The workspace has no directory "${step.dir}"`)
  }
  const shell = step.shell ?? 'sh -e'
  if (!isShell(shell)) throw problem('IMAGE_WITHOUT_SHELL', `The image ${spec.image} has no ${shell}`)
  const append = step.append === true
  await using log = await makeSpoolFile(stepLogPath(spec.spoolPath, step.index), 0o666, { append })
  const output = cappedOutput(log, step.logCapBytes)
  const env = { HOME: '/root', ...spec.env, ...step.env }
  const end = await runScript(step.script, shell, { ...deps, env, output, files })
  await output.flush()
  return end
}

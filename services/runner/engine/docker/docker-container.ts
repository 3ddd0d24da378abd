import { problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import type { Container, ContainerSpec, StepEnd } from '../engine.ts'
import { conditionOf } from './container-condition.ts'
import { type ExecEnd, runExec } from './run-exec.ts'
import type { DockerContainerDeps } from './docker-container-deps.ts'
import { killContainer } from './remove.ts'
import { sawOomKill, writeStepFiles } from './step-files.ts'

/** The exit code of a shell that got SIGKILL, and how long the engine may take to learn that all of the container did. */
const killedExitCode = 137
const afterKillMs = 300

export interface StartedContainer extends DockerContainerDeps {
  readonly spec: ContainerSpec
  /** The user of the image; '' is root. */
  readonly user: string
  /** Removes the container, then its network. */
  readonly owned: AsyncDisposable
}

/** A started container as the port has it. */
export function dockerContainer(container: Docker.Container, started: StartedContainer): Container {
  const { spec, user, owned, events, clock, log } = started
  let ownWorkspace: Promise<void> | undefined

  const kill = () =>
    killContainer(container).catch((error: unknown) =>
      log.error({ err: error, attemptId: spec.attemptId }, 'A container was not killed'),
    )

  /** Only when the first step starts is the checkout complete. */
  const giveWorkspaceToUser = async (signal: AbortSignal): Promise<void> => {
    if (isRoot(user)) return
    const command = ['sh', '-c', 'chown -Rh "$1" /workspace', 'narwhal', user]
    await endOf(container, await runExec(container, { command, user: '0' }, { events, clock, signal }))
  }

  const stepEnd = async (exec: ExecEnd, index: number): Promise<StepEnd> => {
    if (exec.type === 'exited' && exec.exitCode === 0) return { exitCode: 0, outOfMemory: false }
    if (await sawOomKill(spec.spoolPath, index)) return { exitCode: exitCodeOf(exec), outOfMemory: true }
    const end = await endOf(container, exec)
    if (end.exitCode !== killedExitCode || end.outOfMemory) return end
    await clock.sleep(afterKillMs)
    return endOf(container, exec)
  }

  return {
    async runStep(step, { signal }) {
      signal.throwIfAborted()
      try {
        const command = await writeStepFiles(spec.spoolPath, step)
        ownWorkspace ??= giveWorkspaceToUser(signal)
        await ownWorkspace
        const exec = await runExec(container, { command, user, env: step.env }, { events, clock, signal })
        return await stepEnd(exec, step.index)
      } catch (error) {
        if (signal.aborted) await kill()
        throw signal.aborted ? signal.reason : error
      }
    },
    kill,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  }
}

/** The end of a step that failed, once the engine has said how its container is. */
async function endOf(container: Docker.Container, exec: ExecEnd): Promise<StepEnd> {
  const condition = await conditionOf(container)
  if (condition.state === 'ended') throw condition.problem
  if (condition.state === 'out-of-memory') return { exitCode: killedExitCode, outOfMemory: true }
  if (exec.type !== 'exited') throw problem('CONTAINER_GONE', 'The engine does not know the step any more')
  return { exitCode: exec.exitCode, outOfMemory: exec.exitCode === killedExitCode && condition.oomKilled }
}

function exitCodeOf(exec: ExecEnd): number {
  return exec.type === 'exited' ? exec.exitCode : killedExitCode
}

/** Also root with some group. */
function isRoot(user: string): boolean {
  return /^(?:root|0)?(?::.*)?$/.test(user)
}

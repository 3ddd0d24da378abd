import { problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import type { Container, StepEnd, StepOptions, StepSpec } from '../engine.ts'
import { conditionOf } from './container-condition.ts'
import { containerFiles } from './container-files.ts'
import { awaitExec, type ExecEnd, runExec } from './run-exec.ts'
import { killContainer } from './remove.ts'
import type { StartedContainer } from './started-container.ts'
import { stepSigns, writeStepFiles } from './step-files.ts'
import { isRoot } from './workspace-owner.ts'

/** The exit code of a shell that got SIGKILL, and how long the engine may take to learn that all of the container did. */
const killedExitCode = 137
const afterKillMs = 300

/** A started container as the port has it. */
export function dockerContainer(container: Docker.Container, started: StartedContainer): Container {
  const { spec, image, owned, workspace, log, place } = started

  const { stop: stopFiles, ...files } = containerFiles(container, started)
  const kill = async (): Promise<void> => {
    stopFiles()
    await killContainer(container).catch((error: unknown) =>
      log.error({ err: error, attemptId: place.attemptId }, 'A container was not killed'),
    )
  }

  /** Only when the first step starts is the checkout complete. */
  const giveWorkspace = (user: string, signal: AbortSignal): Promise<void> =>
    workspace.give(isRoot(user) ? undefined : `${spec.image} ${user}`, async () => {
      const command = ['sh', '-c', 'chown -Rh "$1" /workspace', 'narwhal', user]
      await endOf(container, await runExec(container, { command, user: '0' }, { ...started, signal }))
    })

  const run = async (step: StepSpec, { signal, begins }: StepOptions): Promise<StepEnd> => {
    const user = step.user ?? spec.user ?? image.user
    const command = await writeStepFiles(spec.spoolPath, step)
    await giveWorkspace(user, signal)
    const exec = await runExec(container, { command, user, env: step.env }, { ...started, begins, signal })
    return stepEnd(container, exec, { ...started, step })
  }

  /** An abort kills the container. */
  const killedWith = async (signal: AbortSignal, running: () => Promise<StepEnd>): Promise<StepEnd> => {
    signal.throwIfAborted()
    try {
      return await running()
    } catch (error) {
      if (signal.aborted) await kill()
      throw signal.aborted ? signal.reason : error
    }
  }

  return {
    id: container.id,
    runStep: (step, options) => killedWith(options.signal, () => run(step, options)),
    awaitStep: (exec, step, { signal }) =>
      killedWith(signal, async () => {
        const end = await awaitExec(container, started.docker.getExec(exec), { ...started, signal })
        return stepEnd(container, end, { ...started, step })
      }),
    ...files,
    kill,
    async [Symbol.asyncDispose]() {
      stopFiles()
      await owned[Symbol.asyncDispose]()
    },
  }
}

type EndDeps = Pick<StartedContainer, 'spec' | 'clock'> & { readonly step: StepSpec }

/** How a step ended, by how its exec did and what the relay saw. */
async function stepEnd(container: Docker.Container, exec: ExecEnd, { spec, clock, step }: EndDeps): Promise<StepEnd> {
  const { outOfMemory, noDirectory, noShell } = await stepSigns(spec.spoolPath, step.index)
  if (exec.type === 'exited' && exec.exitCode === 0) return { exitCode: 0, outOfMemory: false }
  if (noDirectory) throw problem('STEP_DIRECTORY_MISSING', `There is no directory "${step.dir}" to run the step in`)
  if (noShell) throw problem('IMAGE_WITHOUT_SHELL', `The image ${spec.image} has no shell "${step.shell}"`)
  if (outOfMemory) return { exitCode: exitCodeOf(exec), outOfMemory }
  const end = await endOf(container, exec)
  if (end.exitCode !== killedExitCode || end.outOfMemory) return end
  await clock.sleep(afterKillMs)
  return endOf(container, exec)
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

import { isProblem, type ProblemError, problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import type { SidecarSpec } from '../engine.ts'
import type { DockerDeps } from './docker-deps.ts'
import { engineProblem, statusOf } from './engine-problem.ts'
import type { ImageDescription } from './images.ts'
import { lastLines } from './last-lines.ts'
import { openPorts } from './open-ports.ts'
import { runExec } from './run-exec.ts'

/** Pauses between two questions. */
const pausesMs = [100, 250, 250, 500, 500]
const lastPauseMs = 1_000

/** An image may expose ports that nobody opens: some open ones are enough after this time. */
const somePortsMs = 3_000

export interface ReadyDeps extends DockerDeps {
  readonly spec: SidecarSpec
  readonly image: ImageDescription
  readonly signal: AbortSignal
}

/** Resolves once a sidecar is ready. See `Sidecar.untilReady`. */
export async function untilSidecarReady(container: Docker.Container, deps: ReadyDeps): Promise<void> {
  const { clock, signal } = deps
  const isReady = questionOf(container, deps)
  for (let asked = 0; ; asked++) {
    signal.throwIfAborted()
    const found = await inspect(container)
    if (found === undefined || !found.State.Running) throw await endedProblem(container, found, deps)
    if (await isReady(found)) return
    await clock.sleep(pausesMs[asked] ?? lastPauseMs, signal)
  }
}

type Question = (found: Docker.ContainerInspectInfo) => Promise<boolean> | boolean

/** What is asked: the command of the pipeline, the health check of the image, its ports, or nothing. */
function questionOf(container: Docker.Container, deps: ReadyDeps): Question {
  const { spec, image } = deps
  const { ready } = spec
  if (ready !== undefined) {
    return async () => {
      const exec = runExec(container, { command: ['sh', '-c', ready], user: '' }, deps)
      const end = await exec.catch((error: unknown) => {
        throw isProblem(error, 'IMAGE_WITHOUT_SHELL') ? withoutShell(spec) : error
      })
      return end.type === 'exited' && end.exitCode === 0
    }
  }
  if (image.hasHealthcheck) return ({ State }) => State.Health?.Status === 'healthy'
  if (image.ports.length > 0) return portsQuestion(container, deps)
  return () => true
}

function portsQuestion(container: Docker.Container, deps: ReadyDeps): Question {
  let firstOpenAt: number | undefined
  return async (found) => {
    const open = await openPorts(container, { ...deps, found, ports: deps.image.ports })
    if (open.length === 0) return false
    firstOpenAt ??= deps.clock.monotonic()
    return open.length === deps.image.ports.length || deps.clock.monotonic() - firstOpenAt >= somePortsMs
  }
}

/** `undefined`: it was removed. */
async function inspect(container: Docker.Container): Promise<Docker.ContainerInspectInfo | undefined> {
  return container.inspect().catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined
    throw engineProblem(error, 'The sidecar cannot be looked at')
  })
}

async function endedProblem(
  container: Docker.Container,
  found: Docker.ContainerInspectInfo | undefined,
  { spec: { host, image } }: ReadyDeps,
): Promise<ProblemError> {
  const how = found === undefined ? 'was removed' : howItEnded(found.State)
  const said = await lastLines(container)
  const wrote = said === '' ? 'It wrote nothing.' : `Its last lines:\n${said}`
  return problem('SIDECAR_ENDED', `The sidecar "${host}" (${image}) ${how} before it was ready. ${wrote}`)
}

function howItEnded({ OOMKilled, ExitCode }: Docker.ContainerInspectInfo['State']): string {
  return OOMKilled ? 'ran out of memory' : `exited with code ${ExitCode}`
}

function withoutShell({ host, image }: SidecarSpec): ProblemError {
  return problem('IMAGE_WITHOUT_SHELL', `The image ${image} of the sidecar "${host}" has no sh to run its \`ready\` by`)
}

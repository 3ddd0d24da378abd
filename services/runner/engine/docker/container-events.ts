import { type Clock, type Log, startLoop } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import { engineProblem } from './engine-problem.ts'
import { runnerLabel } from './labels.ts'

/** What the engine tells about a container without being asked. */
export type ContainerEvent =
  | { readonly type: 'exec-ended'; readonly execId: string; readonly exitCode: number }
  | { readonly type: 'ended' }

/** The event stream of an engine. It may miss events while it reconnects: listeners need a poll as a safety net. */
export interface ContainerEvents extends AsyncDisposable {
  listen(containerId: string, listener: (event: ContainerEvent) => void): Disposable
}

/** One stream for all containers of all runners at this engine. */
export function openContainerEvents(docker: Docker, { clock, log }: { clock: Clock; log: Log }): ContainerEvents {
  const listeners = new Map<string, Set<(event: ContainerEvent) => void>>()
  const publish = (line: string) => {
    const message: EngineMessage = JSON.parse(line)
    const event = eventOf(message)
    if (event === undefined) return
    for (const listener of listeners.get(message.Actor.ID) ?? []) listener(event)
  }
  const loop = startLoop((signal) => readEvents(docker, { publish, signal }), { name: 'container-events', clock, log })
  return {
    listen(containerId, listener) {
      const ofContainer = listeners.get(containerId) ?? new Set()
      listeners.set(containerId, ofContainer.add(listener))
      return {
        [Symbol.dispose]() {
          ofContainer.delete(listener)
          if (ofContainer.size === 0) listeners.delete(containerId)
        },
      }
    },
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  }
}

/** Hands every line of one stream to `publish`, until it ends. */
async function readEvents(
  docker: Docker,
  { publish, signal }: { publish: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  const filters = JSON.stringify({ type: ['container'], event: ['exec_die', 'die'], label: [runnerLabel] })
  const stream = await docker.getEvents({ filters, abortSignal: signal }).catch((error: unknown) => {
    throw engineProblem(error, 'The events of the engine cannot be read')
  })
  stream.setEncoding('utf8')
  let rest = ''
  for await (const text of stream) {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') publish(line)
  }
  throw problem('ENGINE_GONE', 'The engine ended its stream of events')
}

interface EngineMessage {
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
}

function eventOf({ Action, Actor }: EngineMessage): ContainerEvent | undefined {
  const { execID, exitCode } = Actor.Attributes
  if (Action === 'die') return { type: 'ended' }
  if (execID === undefined) return undefined
  return { type: 'exec-ended', execId: execID, exitCode: Number(exitCode) }
}

import type { IncomingMessage } from 'node:http'
import { addAbortSignal } from 'node:stream'
import type Docker from 'dockerode'
import { archiveProblem, isAbsence } from './archive-problem.ts'

/**
 * A tar of what is at an absolute path in a container, made by the engine; `undefined` when there is nothing.
 *
 * @throws CONTAINER_GONE, ENGINE_REFUSED, ENGINE_GONE, also while it is read, or the signal's reason.
 */
export async function readArchive(
  container: Docker.Container,
  path: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  signal.throwIfAborted()
  try {
    const options: { path: string; abortSignal: AbortSignal } = { path, abortSignal: signal }
    const answer = (await container.getArchive(options)) as IncomingMessage // its type says less
    answer.on('error', () => undefined) // it may end before anybody reads it
    return pieces(addAbortSignal(signal, answer), signal)
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw archiveProblem(error, signal)
  }
}

async function* pieces(stream: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of stream) yield piece
  } catch (error) {
    throw archiveProblem(error, signal)
  }
}

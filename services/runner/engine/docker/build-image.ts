import type { IncomingMessage } from 'node:http'
import { addAbortSignal, Readable } from 'node:stream'
import { isProblem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import type { ImageBuildSpec } from '../engine.ts'
import { buildProblem } from './build-problem.ts'
import { builtTag } from './built-tag.ts'
import { readProgress } from './engine-progress.ts'
import { engineProblem, statusOf, textOf } from './engine-problem.ts'
import { watchBuildLeftovers } from './watch-build-leftovers.ts'
import type { Logins } from './registry-logins.ts'

// 1. The commands of a Dockerfile run in the network of the attempt, where names may lead to its sidecars. What they
//    have got from there must not come into an image of another job, so layers of former builds are not used again.
// 2. A Dockerfile can put any label on an image that stays behind. A tag it cannot set: by that the image is found again.
const memoryBytes = 2 * 1024 ** 3
const isolation = { nocache: true, rm: true, forcerm: true, memory: memoryBytes, memswap: memoryBytes }

export interface BuildImageDeps {
  readonly streaming: Docker
  readonly logins: Logins
  /** Name of a network, or `none`. */
  readonly network: string
  readonly signal: AbortSignal
}

/** Builds an image with the engine's own builder. See `AttemptNetwork.buildImage`. */
export async function buildImage(spec: ImageBuildSpec, deps: BuildImageDeps): Promise<string> {
  const { signal } = deps
  signal.throwIfAborted()
  let thrown: unknown
  const context = Readable.from(spec.context, { objectMode: false }).on('error', (error) => {
    thrown = error
  })
  try {
    return await build(context, spec, deps)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw thrown ?? problemOf(error)
  } finally {
    context.destroy()
  }
}

async function build(
  context: Readable,
  { file, args, label, onOutput }: ImageBuildSpec,
  { streaming, logins, network, signal }: BuildImageDeps,
): Promise<string> {
  const [key = '', ...value] = label.split('=')
  await using stack = new AsyncDisposableStack()
  const leftovers = await watchBuildLeftovers(streaming)
  stack.defer(leftovers.remove)
  const options = {
    ...isolation,
    t: builtTag(label),
    dockerfile: file,
    buildargs: { ...args },
    labels: { [key]: value.join('=') },
    networkmode: network,
    registryconfig: logins.all,
    abortSignal: signal,
  }
  const answer = (await streaming.buildImage(context, options)) as IncomingMessage // its type says less
  let [lastLine, imageId] = ['', '']
  for await (const { text, error, imageId: id = imageId } of readProgress(addAbortSignal(signal, answer))) {
    if (error !== undefined) throw buildProblem(error, lastLine)
    imageId = id
    lastLine = lastWordsOf(text ?? '') || lastLine
    if (text === undefined) continue
    leftovers.note(text)
    onOutput(text)
  }
  if (imageId === '') throw buildProblem('The engine did not say what it built', lastLine)
  return imageId
}

/** The last line that is not the engine's own, without its colours. */
function lastWordsOf(text: string): string {
  const lines = text
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .split('\n')
    .map((line) => line.trim())
  return lines.findLast((line) => line !== '' && !/^(?:Removing intermediate container|--->|Step \d)/.test(line)) ?? ''
}

function problemOf(error: unknown): Error {
  if (isProblem(error)) return error
  return statusOf(error) === undefined
    ? engineProblem(error, 'The image was not built')
    : buildProblem(textOf(error), '')
}

import { type Clock, type Environment, systemClock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { askEngine } from './ask-engine.ts'
import { busyboxArchive } from './busybox-archive.ts'
import { type EngineAddress, engineAddress } from './engine-address.ts'
import { findStaticBusybox } from './find-static-busybox.ts'

/** The image that the demo's narwhal.yml names. */
export const demoImage = 'busybox:stable'

const [name = '', tag = ''] = demoImage.split(':')
/** Two megabytes come faster than this, or no registry answers. */
const pullLimitMs = 60_000

export interface ProvideDemoImageOptions {
  /** Shows one line to the person who started us. */
  readonly print: (line: string) => void
  /** `false`: fetch no package (NARWHAL_SETUP=0). The image is pulled, or made of a busybox that is here, all the same. */
  readonly setup: boolean
  /** DOCKER_HOST is read from it; the programs that are started inherit it. */
  readonly env: Environment
  readonly signal: AbortSignal
}

/**
 * Makes sure that the engine has the demo's image: pulls it, or, where no image registry answers, imports it from a
 * static busybox under the same name. Does nothing when the image is present.
 *
 * @throws {ProblemError} DEMO_IMAGE_MISSING with the engine's words on why it could not be pulled.
 */
export async function provideDemoImage(options: ProvideDemoImageOptions, clock: Clock = systemClock): Promise<void> {
  const { print, setup, env, signal } = options
  const address = engineAddress(env)
  if (await isPresent(address, signal)) return
  print(`Pulling ${demoImage} …`)
  const refusal = await pull(address, signal)
  if (refusal === undefined) return

  const busybox = await findStaticBusybox(setup, { print, env, clock, signal })
  if (busybox === undefined) throw problem('DEMO_IMAGE_MISSING', `${demoImage} could not be pulled: ${refusal}`)
  await importImage(address, busyboxArchive(busybox.program, busybox.applets), signal)
  print(`No image registry gave ${demoImage} (${refusal}); made it from ${busybox.origin} instead.`)
}

async function isPresent(address: EngineAddress, signal: AbortSignal): Promise<boolean> {
  const { status } = await askEngine(address, { method: 'GET', path: `/images/${demoImage}/json`, signal })
  return status === 200
}

/** `undefined` when the image is there now, else why not. */
async function pull(address: EngineAddress, signal: AbortSignal): Promise<string | undefined> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(pullLimitMs)])
  const path = `/images/create?fromImage=${name}&tag=${tag}`
  try {
    const { body } = await askEngine(address, { method: 'POST', path, signal: limited })
    return (await isPresent(address, signal)) ? undefined : refusalIn(body)
  } catch (error) {
    signal.throwIfAborted()
    return limited.aborted ? `no answer within ${pullLimitMs / 1000} s` : String(error)
  }
}

/** The engine answers 200 and tells of failures in the last lines of the progress, or it answers with one message. */
function refusalIn(body: string): string {
  const [, text] = /"(?:error|message)":\s*("(?:[^"\\]|\\.)*")/.exec(body) ?? []
  return text === undefined ? 'the engine gave no reason' : String(JSON.parse(text)).trim()
}

async function importImage(address: EngineAddress, archive: Buffer, signal: AbortSignal): Promise<void> {
  const query = new URLSearchParams({ fromSrc: '-', repo: name, tag, changes: 'CMD ["sh"]' })
  const path = `/images/create?${query.toString()}`
  const { body } = await askEngine(address, { method: 'POST', path, body: archive, signal })
  if (await isPresent(address, signal)) return
  throw problem('DEMO_IMAGE_MISSING', `${demoImage} could not be imported: ${refusalIn(body)}`)
}

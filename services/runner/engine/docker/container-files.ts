import { posix } from 'node:path'
import { problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import type { Container } from '../engine.ts'
import { findStepUser, type StepUser } from './find-step-user.ts'
import { readArchive } from './read-archive.ts'
import type { StartedContainer } from './started-container.ts'
import { writeArchive } from './write-archive.ts'

export interface ContainerFiles extends Pick<Container, 'packFiles' | 'unpackFiles'> {
  /** Ends what is under way: the engine does nothing else with a container while an archive of it is read or written. */
  stop(): void
}

/** How files get in and out of a container: by the engine's archives, so nothing on the host looks into a job's tree. */
export function containerFiles({ id }: Docker.Container, { streaming, spec, image }: StartedContainer): ContainerFiles {
  const container = streaming.getContainer(id)
  let stopped = new AbortController()
  let found: Promise<StepUser> | undefined

  /** Asked once, before steps could change the answer if there are caches. */
  const stepUser = (signal: AbortSignal): Promise<StepUser> => {
    found ??= findStepUser(container, spec.user ?? image.user, signal).catch((error: unknown) => {
      found = undefined
      throw error
    })
    return found
  }
  const absolute = async (path: string, signal: AbortSignal): Promise<string> => {
    if (path !== '~' && !path.startsWith('~/')) return posix.resolve('/workspace', path)
    const home = homeIn(spec.env, image.env) ?? (await stepUser(signal)).home
    return posix.resolve(home, `.${path.slice(1)}`)
  }

  return {
    async packFiles(path, options) {
      const signal = AbortSignal.any([options.signal, stopped.signal])
      const at = await absolute(path, signal)
      return readArchive(container, /(?:^|\/)\.?$/.test(path) ? `${at}/.` : at, signal)
    },
    async unpackFiles(path, tar, options) {
      const signal = AbortSignal.any([options.signal, stopped.signal])
      signal.throwIfAborted()
      const { uid, gid } = await stepUser(signal)
      await writeArchive(container, tar, { directory: await absolute(path, signal), uid, gid, signal })
    },
    stop() {
      stopped.abort(problem('CONTAINER_GONE', 'The container was killed or removed while its files were moved'))
      stopped = new AbortController()
    },
  }
}

/** The home that the shell of a step finds in its environment. */
function homeIn(env: Readonly<Record<string, string>>, ofImage: readonly string[]): string | undefined {
  const home = env['HOME'] ?? ofImage.find((each) => each.startsWith('HOME='))?.slice('HOME='.length)
  return home?.startsWith('/') ? home : undefined
}

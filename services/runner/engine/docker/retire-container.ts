import type { Clock, Log } from '@narwhal/host'
import type Docker from 'dockerode'
import { containerProfile } from './container-profile.ts'
import { attemptLabel, runnerLabel } from './labels.ts'
import { killContainer, removeContainer } from './remove.ts'

// What a container wrote belongs to root or to the user of its image. A runner that is neither can remove it only from
// directories that are open to everybody, and only a container can open them:
// 1. It is another one of the same image: the first may be killed, out of processes, or without its `chmod` by now.
// 2. It runs while the first is dead, so nothing is written behind its back, and is not removed, so the image is there.
// 3. It only opens them: the logs in the spool are needed until the result is acknowledged.
// 4. Nobody else gets there: the directory above belongs to the runner, mode 0700.

export interface RetireDeps {
  readonly docker: Docker
  readonly clock: Clock
  readonly log: Log
}

/**
 * Kills and removes a container. The runner, whoever it is, can remove both directories then; when that could not be
 * arranged, the container is removed all the same.
 *
 * @throws ENGINE_GONE, ENGINE_REFUSED when it could not be removed.
 */
export async function retireContainer(container: Docker.Container, deps: RetireDeps): Promise<void> {
  const { clock, log } = deps
  if (process.getuid?.() !== 0) {
    await openDirectories(container, deps).catch((error: unknown) =>
      log.debug({ err: error, container: container.id }, 'The directories of a container could not be opened'),
    )
  }
  await removeContainer(container, clock)
}

async function openDirectories(container: Docker.Container, { docker, clock }: RetireDeps): Promise<void> {
  const profile = openerProfile(await container.inspect())
  if (profile === undefined) return
  await killContainer(container)
  const opener = await docker.createContainer(profile)
  try {
    await opener.start()
    await opener.wait()
  } finally {
    await removeContainer(opener, clock)
  }
}

/**
 * Absolute modes: they take the sticky bit and set-user-ID away. Recursion follows no links.
 *
 * @returns nothing for a sidecar: it has no directories.
 */
function openerProfile(opened: Docker.ContainerInspectInfo): Docker.ContainerCreateOptions | undefined {
  const { Image: image, Config, HostConfig } = opened
  const sourceOf = (target: string) => HostConfig.Mounts?.find(({ Target }) => Target === target)?.Source
  const [workspacePath, spoolPath] = [sourceOf('/workspace'), sourceOf('/narwhal')]
  if (workspacePath === undefined || spoolPath === undefined) return undefined
  const place = {
    runnerId: Config.Labels[runnerLabel] ?? '',
    attemptId: Config.Labels[attemptLabel] ?? '',
    network: 'none',
  }
  const profile = containerProfile({ image, env: {}, workspacePath, spoolPath }, place)
  return { ...profile, Entrypoint: ['chmod', '-R', '0777', '/workspace', '/narwhal'] }
}

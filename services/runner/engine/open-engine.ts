import { problem } from '@narwhal/protocol'
import { openDockerEngine } from './docker/docker-engine.ts'
import type { Engine, EngineDeps } from './engine.ts'
import { openHostEngine } from './host/host-engine.ts'
import { openScriptedEngine } from './scripted/scripted-engine.ts'

const defaultSocket = '/var/run/docker.sock'

/**
 * The engine that NARWHAL_ENGINE names: `docker:` (the socket of `dockerHost`, else /var/run/docker.sock),
 * `docker:/path`, `unix:/path` (any socket that speaks Docker's API), `podman:` (/run/podman/podman.sock, or that of the
 * user, in the directory of XDG_RUNTIME_DIR), `podman:/path`, `host:` (plain processes of this machine),
 * `scripted:` (steps are interpreted, for tests), `scripted:files` (the same, with the files of the commit).
 * Does not wait for the engine to answer: ask `readiness`.
 *
 * @throws ENGINE_URL_INVALID
 */
export function openEngine(url: string, deps: EngineDeps): Engine {
  if (url === 'host:') return openHostEngine(deps)
  if (url === 'scripted:') return openScriptedEngine(deps, { usesWorkspace: false })
  if (url === 'scripted:files') return openScriptedEngine(deps, { usesWorkspace: true })
  const socketPath = socketPathOf(url, deps.dockerHost, deps.runtimeDirectory)
  return openDockerEngine({ socketPath, isPodman: url.startsWith('podman:') }, deps)
}

/** Which socket a URL names, by DOCKER_HOST and XDG_RUNTIME_DIR where it names no path. */
export function socketPathOf(url: string, dockerHost: string | undefined, runtimeDirectory?: string): string {
  if (url === 'docker:' || url === 'docker://') return socketOfDockerHost(dockerHost)
  if (url === 'podman:' || url === 'podman://') return socketOfPodman(runtimeDirectory)
  const path = /^(?:docker|podman|unix):(?:\/\/)?(\/[^?#]+)$/.exec(url)?.[1]
  if (path !== undefined) return path
  throw problem('ENGINE_URL_INVALID', `"${url}" names no engine`)
}

/** Podman of the machine for root, else that of the user. */
function socketOfPodman(runtimeDirectory = ''): string {
  const directory = process.getuid?.() === 0 || runtimeDirectory === '' ? '/run' : runtimeDirectory
  return `${directory}/podman/podman.sock`
}

function socketOfDockerHost(dockerHost: string | undefined): string {
  if (dockerHost === undefined || dockerHost === '') return defaultSocket
  const path = /^unix:\/\/(\/.+)$/.exec(dockerHost)?.[1]
  if (path !== undefined) return path
  throw problem(
    'ENGINE_URL_INVALID',
    `DOCKER_HOST is "${dockerHost}": Narwhal takes only a local engine (unix:///path/to.sock)`,
  )
}

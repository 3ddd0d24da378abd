import { execFile } from 'node:child_process'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Docker from 'dockerode'
import { freePort } from '../setup/free-port.ts'

const exec = promisify(execFile)
const checkout = fileURLToPath(new URL('../..', import.meta.url))

/** The image of the tests, which is kept: what did not change is not built again. */
const image = 'narwhal-test/compose:1'

export interface CompositionOptions {
  /** The directory of the runners, which also takes the file with the settings. */
  readonly root: string
  /** Beside what the test needs to be alone: NARWHAL_… */
  readonly settings: Readonly<Record<string, string>>
}

/** The shipped docker-compose.yml, as a project of its own on free ports. Disposing removes all of it but its image. */
export interface Composition extends AsyncDisposable {
  /** Runs Compose; gives what it wrote to stdout. */
  compose(...argv: readonly string[]): Promise<string>
  /** Runs a command in the container of a service; gives what it wrote to stdout. */
  inside(service: string, ...command: readonly string[]): Promise<string>
  /** SIGKILL for the container of a service. */
  kill(service: string): Promise<void>
  readonly agentUrl: string
  readonly dispatcherUrls: readonly string[]
  /** What the engine holds of the project. */
  things(): Promise<Readonly<Record<'containers' | 'networks' | 'volumes', readonly string[]>>>
}

export async function openComposition({ root, settings }: CompositionOptions): Promise<Composition> {
  const name = `narwhaltest${process.pid}`
  const [agent, first, second] = [await freePort(), await freePort(), await freePort()]
  const { gid } = await stat('/var/run/docker.sock')
  const { PATH, DOCKER_HOST } = process.env
  const all = {
    DOCKER_GROUP: gid,
    AGENT_PORT: agent,
    DISPATCHER_1_PORT: first,
    DISPATCHER_2_PORT: second,
    NARWHAL_IMAGE: image,
    RUNNERS: root,
    ...settings,
  }
  const envFile = join(root, 'compose.env')
  const lines = Object.entries(all).map(([key, value]) => `${key}=${value}\n`)
  await writeFile(envFile, lines.join(''))
  const env = { PATH, ...(DOCKER_HOST === undefined ? {} : { DOCKER_HOST }), DOCKER_BUILDKIT: '0' }
  const [program = '', ...begin] = await composeCommand()
  const compose = async (...argv: readonly string[]) => {
    const options = ['--env-file', envFile, '--project-name', name]
    const { stdout } = await exec(program, [...begin, ...options, ...argv], { env, cwd: checkout, maxBuffer: 2 ** 26 })
    return stdout
  }
  return {
    compose,
    inside: (service, ...command) => compose('exec', '-T', service, ...command),
    kill: async (service) => {
      const label = [...labelOf(name), `com.docker.compose.service=${service}`]
      const found = await new Docker().listContainers({ filters: { label } })
      for (const { Id } of found) await new Docker().getContainer(Id).kill()
    },
    agentUrl: `http://127.0.0.1:${agent}`,
    dispatcherUrls: [first, second].map((port) => `http://127.0.0.1:${port}`),
    things: () => thingsOf(name),
    [Symbol.asyncDispose]: async () => void (await compose('down', '--volumes', '--timeout', '1')),
  }
}

/** Debian's Compose 1.29, which must do with the file; else the plugin of the docker command. */
async function composeCommand(): Promise<readonly string[]> {
  return exec('docker-compose', ['version']).then(
    () => ['docker-compose'],
    () => ['docker', 'compose'],
  )
}

async function thingsOf(project: string) {
  const docker = new Docker()
  const filters = { label: labelOf(project) }
  const containers = await docker.listContainers({ all: true, filters })
  const networks = await docker.listNetworks({ filters })
  const { Volumes: volumes } = await docker.listVolumes({ filters })
  return {
    containers: containers.map(({ Id }) => Id),
    networks: networks.map(({ Id }) => Id),
    volumes: (volumes ?? []).map(({ Name }) => Name),
  }
}

function labelOf(project: string): string[] {
  return [`com.docker.compose.project=${project}`]
}

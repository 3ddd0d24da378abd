import type { Environment } from '@narwhal/host'
import type { CommandContext } from './command-context.ts'
import { provideDemoImage } from './setup/provide-demo-image.ts'
import { provideEngine } from './setup/provide-engine.ts'
import type { UpConfig } from './up-config.ts'

export interface PrepareOptions {
  readonly config: Pick<UpConfig, 'engine' | 'setup' | 'data'>
  /** Also the demo's image. */
  readonly demo: boolean
}

/** Sees that a container engine answers, and installs and starts one where that is possible and allowed. */
export async function prepareEngine(
  { config: { engine, setup, data }, demo }: PrepareOptions,
  { env: given, terminal, clock, signal }: CommandContext,
): Promise<void> {
  if (/^(?:scripted|host|podman):/.test(engine)) return
  const env = engineEnvironment(engine, given)
  const { print, isInteractive: interactive } = terminal
  const confirm = (question: string) => terminal.confirm(question, { signal })
  await provideEngine({ print, confirm, interactive, setup, dataDir: data, env, signal }, clock)
  if (demo) await provideDemoImage({ print, setup, env, signal }, clock)
}

/** NARWHAL_ENGINE may name another socket than DOCKER_HOST. */
function engineEnvironment(engine: string, env: Environment): Environment {
  const socket = /^(?:docker|unix):(?:\/\/)?(\/.+)$/.exec(engine)?.[1]
  return socket === undefined ? env : { ...env, DOCKER_HOST: `unix://${socket}` }
}

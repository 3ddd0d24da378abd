import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Environment, httpUrl, optional, portNumber, readConfig, secret, text } from '@narwhal/host'
import { problem } from '@narwhal/protocol'

/** Where the commands reach Narwhal, and with which token. */
export interface ClientConfig {
  readonly baseUrl: string
  readonly token: string
}

/**
 * NARWHAL_DISPATCHER_URL and NARWHAL_API_TOKEN; without them what `narwhal up` left in the data directory: its token, and
 * its port.
 *
 * @throws {ProblemError} CONFIG_INVALID, API_TOKEN_MISSING.
 */
export async function readClientConfig(env: Environment): Promise<ClientConfig> {
  const config = readConfig(env, {
    dispatcherUrl: optional('NARWHAL_DISPATCHER_URL', httpUrl, undefined),
    apiToken: optional('NARWHAL_API_TOKEN', secret, undefined),
    data: optional('NARWHAL_DATA', text, '.narwhal'),
    port: optional('NARWHAL_PORT', portNumber, 8080),
  })
  const path = join(config.data, 'secrets', 'api-token')
  const kept = await readFile(path, 'utf8').catch(() => undefined)
  const token = config.apiToken ?? kept?.trim()
  if (token === undefined) throw problem('API_TOKEN_MISSING', `NARWHAL_API_TOKEN is not set, and there is no ${path}`)
  const local = `http://127.0.0.1:${kept === undefined ? 9595 : config.port}`
  return { baseUrl: config.dispatcherUrl ?? local, token }
}

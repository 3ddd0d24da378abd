import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'

/** A git repository over HTTP, by git's own http-backend. */
export interface ServedGit extends AsyncDisposable {
  /** The URL of the repository. */
  readonly url: string
  /** Method and path of every request so far. */
  readonly requests: string[]
  /** How often somebody asked for the refs, which every fetch does once for each of its tries. */
  looks(): number
}

interface ServeOptions {
  /** The address to listen on; loopback unless given. */
  readonly host?: string
  /** The password that must come with the name `x-access-token`. */
  readonly token?: string
  /** Called at each request before it is answered; `true`: it was answered. */
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>
}

/** Serves the repository at `path`, to everybody or to those with the token. */
export async function serveGit(
  path: string,
  { host = '127.0.0.1', token, onRequest }: ServeOptions = {},
): Promise<ServedGit> {
  const requests: string[] = []
  const expected = token && `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
  const http = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error))
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push(`${request.method} ${request.url}`)
    if (onRequest !== undefined && (await onRequest(request, response))) return
    if (expected !== undefined && request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    await runBackend(path, request, response)
  }

  http.listen(0, host)
  await once(http, 'listening')
  const address = http.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://${host}:${port}/owner/name.git`,
    requests,
    looks: () => requests.filter((one) => one.includes('/info/refs')).length,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

async function runBackend(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      HOME: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROJECT_ROOT: path,
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      PATH_INFO: url.pathname.replace('/owner/name.git', '/.git'),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => {})
  request.pipe(child.stdin)
  const output = Buffer.concat(await child.stdout.toArray())
  const headEnd = output.indexOf('\r\n\r\n')
  for (const line of output.toString('latin1', 0, headEnd).split('\r\n')) {
    const [name = '', value = ''] = line.split(': ')
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
    else response.setHeader(name, value)
  }
  response.end(output.subarray(headEnd + 4))
}

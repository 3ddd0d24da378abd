import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ExecRequest {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

export interface ExecEnd {
  readonly exitCode: number
  readonly output: string
  readonly remarks: string
}

/** Where command lines of `narwhal` run, one at a time. */
export interface Home extends AsyncDisposable {
  run(request: ExecRequest): Promise<ExecEnd>
}

const limitMs = 300_000

/** A process that has loaded everything already. */
export function openHome(): Home {
  const child = fork(fileURLToPath(new URL('home-program.ts', import.meta.url)), { stdio: 'inherit' })
  return {
    async run(request) {
      child.send(request)
      const [end] = await once(child, 'message', { signal: AbortSignal.timeout(limitMs) })
      return end as ExecEnd // what home-program.ts sends
    },
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}

/** The program itself, started anew each time. */
export const freshHome: Home = {
  run({ argv, cwd, env }) {
    const main = fileURLToPath(new URL('../../../services/narwhal/main.ts', import.meta.url))
    return new Promise((resolve) => {
      const options = { cwd, env, timeout: limitMs }
      const child = execFile(process.execPath, [main, ...argv], options, (_, output, remarks) =>
        resolve({ exitCode: child.exitCode ?? -1, output, remarks }),
      )
    })
  },
  async [Symbol.asyncDispose]() {},
}

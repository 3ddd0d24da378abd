import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { problem } from '@narwhal/protocol'

/**
 * From now on every fsync and fdatasync of a process fails with EIO, as on a disk that is breaking; those of one file
 * alone, when one is given. Disposing makes the disk whole again, for whoever still lives.
 */
export async function breakSyncs(pid: number | undefined, file?: string): Promise<AsyncDisposable> {
  const only = file === undefined ? [] : ['-P', file]
  const inject = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO']
  const strace = spawn('strace', ['-f', '-p', String(pid), ...only, ...inject], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(strace, 'exit')
  const lines = createInterface({ input: strace.stderr })
  const attached = new Promise<boolean>((resolve) => {
    lines.on('line', (line) => line.includes('attached') && resolve(true))
    lines.on('close', () => resolve(false))
  })
  if (!(await attached))
    throw problem('PACKAGES_MISSING', `strace (of Debian's package strace) could not follow ${pid}`)
  return {
    async [Symbol.asyncDispose]() {
      strace.kill('SIGTERM')
      await exited
    },
  }
}

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { vi } from 'vitest'
import { freePort } from '../../../test/setup/free-port.ts'

const exec = promisify(execFile)

/** An ssh server of our own on loopback, with a directory of deploy keys as a runner has it. */
export interface ServedSsh extends AsyncDisposable {
  /** Where `path` of this machine is cloned from. */
  urlOf(path: string): string
  /** Holds `known_hosts` and the key of the host. */
  readonly keys: string
}

/** Needs sshd; starts it as the user of the test, who is the only one to log in. */
export async function serveSsh(): Promise<ServedSsh> {
  const root = await mkdtemp(join(tmpdir(), 'narwhal-sshd-'))
  const keys = join(root, 'keys')
  await mkdir(keys, { mode: 0o700 })
  const hostKey = join(root, 'host-key')
  const userKey = join(keys, 'example.org')
  for (const path of [hostKey, userKey]) await exec('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path])
  await writeFile(join(root, 'authorized'), await readFile(`${userKey}.pub`))
  const port = await freePort()
  const hostPublic = (await readFile(`${hostKey}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ')
  await writeFile(join(keys, 'known_hosts'), `[127.0.0.1]:${port} ${hostPublic}\n`)
  await writeFile(join(root, 'config'), configOf({ root, port, hostKey }))
  await mkdir('/run/sshd', { recursive: true }).catch(() => undefined) // sshd of root wants it
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(root, 'config')], { stdio: 'ignore' })
  await untilOpen(port)
  return {
    urlOf: (path) => `ssh://${userInfo().username}@127.0.0.1:${port}${path}`,
    keys,
    async [Symbol.asyncDispose]() {
      sshd.kill()
      await once(sshd, 'exit')
      await rm(root, { recursive: true, force: true })
    },
  }
}

function configOf({ root, port, hostKey }: { root: string; port: number; hostKey: string }): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${join(root, 'authorized')}`,
    `PidFile ${join(root, 'pid')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    'UsePAM no',
    '',
  ].join('\n')
}

async function untilOpen(port: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const socket = createConnection(port, '127.0.0.1')
      await once(socket, 'connect').finally(() => socket.destroy())
    },
    { timeout: 10_000, interval: 25 },
  )
}

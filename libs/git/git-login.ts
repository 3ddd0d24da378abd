import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Repository } from '@narwhal/protocol'

/** Who we are at a forge. */
export interface GitLogin {
  /** What git answers when it is asked for a password. */
  readonly token?: string
  readonly ssh?: SshLogin
}

/** A key that ssh uses, and the only one. */
export interface SshLogin {
  readonly keyPath: string
  /** Hosts that are not in this file are refused. */
  readonly knownHostsPath: string
}

/** Only the login of a source that has more to say. */
export function loginOf({ token, ssh }: GitLogin): GitLogin {
  return { ...(token === undefined ? {} : { token }), ...(ssh === undefined ? {} : { ssh }) }
}

/**
 * The deploy key of a repository: in `directory`, the file `<host>_<owner>_<name>`, else `<host>`; with it a file
 * `known_hosts`, as ssh has it. Absent where there is no such key.
 */
export function findSshLogin(directory: string, { host, owner, name }: Repository): SshLogin | undefined {
  const names = [`${host}_${owner}_${name}`, host]
  const keyPath = names.map((one) => join(directory, one)).find((path) => existsSync(path))
  return keyPath === undefined ? undefined : { keyPath, knownHostsPath: join(directory, 'known_hosts') }
}

/** The command by which git starts ssh: no questions, no config, and with a login nothing but that. */
export function sshCommand(login: SshLogin | undefined): string {
  if (login === undefined) return 'ssh -o BatchMode=yes'
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${quotedForSsh(login.knownHostsPath)}`,
    'GlobalKnownHostsFile=/dev/null',
  ]
  const said = options.map((option) => `-o ${quotedForShell(option)}`).join(' ')
  return `ssh -F /dev/null ${said} -i ${quotedForShell(login.keyPath)}`
}

function quotedForSsh(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`
}

/** git gives the command to a shell. */
function quotedForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

import { fileURLToPath } from 'node:url'
import { type GitLogin, sshCommand } from './git-login.ts'
import { machineEnvironment } from './machine-config.ts'

const askpass = fileURLToPath(new URL('askpass.sh', import.meta.url))
const localSource = fileURLToPath(new URL('local-source.gitconfig', import.meta.url))

/** Options that stand before every git command: nothing of a repository or of the machine may run or redirect. */
export const gitOptions: readonly string[] = [
  'advice.detachedHead=false',
  'core.attributesFile=/dev/null',
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.logAllRefUpdates=false',
  'core.protectHFS=true',
  'core.protectNTFS=true',
  'credential.helper=',
  'fetch.fsckObjects=true',
  'fetch.fsck.badTimezone=warn', // old, harmless faults that honest histories carry
  'fetch.fsck.missingSpaceBeforeDate=warn',
  'fetch.fsck.zeroPaddedFilemode=warn',
  'fetch.recurseSubmodules=false',
  'gc.auto=0',
  'http.followRedirects=false',
  'http.lowSpeedLimit=1000', // bytes a second
  'http.lowSpeedTime=60', // seconds
  'maintenance.auto=false',
  'protocol.version=2',
  'submodule.recurse=false',
  'transfer.bundleURI=false',
].flatMap((setting) => ['-c', setting])

/** The whole environment of one git command: no config, no home, no prompt, one protocol. */
export function gitEnvironment({ protocol, token, ssh }: GitLogin & { readonly protocol?: string }) {
  return {
    ...machineEnvironment(protocol),
    LC_ALL: 'C',
    HOME: '/dev/null', // so that neither ~/.netrc nor ~/.config can exist
    GIT_ALLOW_PROTOCOL: protocol ?? '',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: protocol === 'file' ? localSource : '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_DEFAULT_REF_FORMAT: 'files',
    GIT_SSH_COMMAND: sshCommand(ssh),
    GIT_TERMINAL_PROMPT: '0',
    ...(token === undefined ? {} : { GIT_ASKPASS: askpass, NARWHAL_ASKPASS_TOKEN: token }),
  }
}

import { chmod, readFile, rm, writeFile } from 'node:fs/promises'

const path = '/usr/sbin/policy-rc.d'
const script =
  '#!/bin/sh\n# Put here by Narwhal while it installs packages, so that they start nothing. Safe to remove.\nexit 101\n'

/**
 * Until disposed of, packages that are installed start no services. An administrator's own policy stays as it is.
 *
 * @see invoke-rc.d(8): status 101 of policy-rc.d forbids the action.
 */
export async function withoutServiceStarts(): Promise<AsyncDisposable> {
  const isOurs = await writeFile(path, script, { flag: 'wx' }).then(() => true, wasLeftByUs)
  if (isOurs) await chmod(path, 0o755)
  return {
    async [Symbol.asyncDispose]() {
      if (isOurs) await rm(path, { force: true })
    },
  }
}

/** A Narwhal that was ended by force may have left it. */
async function wasLeftByUs(): Promise<boolean> {
  return (await readFile(path, 'utf8').catch(() => '')) === script
}

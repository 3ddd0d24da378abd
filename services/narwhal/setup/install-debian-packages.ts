import { problem } from '@narwhal/protocol'
import { type CommandEnd, runCommand } from './run-command.ts'
import type { SetupContext } from './setup-context.ts'
import { withoutServiceStarts } from './without-service-starts.ts'

const aptOptions = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'] as const
const dpkgOptions = ['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'] as const
const shownLines = 15

/**
 * Installs those of `names` that are missing, from the distribution, without starting any service. Needs root.
 *
 * An abort ends the download; unpacking, once begun, is let finish, so that no package stays half installed.
 *
 * @throws {ProblemError} PACKAGES_MISSING with the end of apt's output.
 */
export async function installDebianPackages(names: readonly string[], context: SetupContext): Promise<void> {
  const { print, env, clock, signal } = context
  const missing = await missingPackages(names, context)
  if (missing.length === 0) return
  const startedAt = clock.monotonic()
  print(`Installing ${missing.join(', ')} with apt-get …`)

  // One unreachable source among several is no reason to stop: the download decides.
  await runCommand(['apt-get', 'update', '-q'], { env, signal })
  check(
    await runCommand(['apt-get', 'install', ...aptOptions, '--download-only', ...missing], { env, signal }),
    missing,
  )
  await using _ = await withoutServiceStarts()
  check(
    await runCommand(['apt-get', 'install', ...aptOptions, ...dpkgOptions, ...missing], { env, detached: true }),
    missing,
  )

  print(`Installed in ${Math.round((clock.monotonic() - startedAt) / 1000)} s.`)
  signal.throwIfAborted()
}

/** Those of `names` that dpkg does not call installed. */
export async function missingPackages(names: readonly string[], context: SetupContext): Promise<readonly string[]> {
  const { env, signal } = context
  const missing: string[] = []
  for (const name of names) {
    const { output } = await runCommand(['dpkg-query', '-W', '-f=${Status}', name], { env, signal })
    if (!output.includes('install ok installed')) missing.push(name)
  }
  return missing
}

function check({ code, output }: CommandEnd, names: readonly string[]): void {
  if (code === 0) return
  const end = output.trimEnd().split('\n').slice(-shownLines).join('\n')
  throw problem('PACKAGES_MISSING', `apt-get could not install ${names.join(', ')} (exit code ${code}):\n${end}`)
}

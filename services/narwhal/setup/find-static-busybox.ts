import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './find-program.ts'
import { isStaticProgram } from './is-static-program.ts'
import { isDebian } from './plan-engine.ts'
import { readSystem } from './read-system.ts'
import { runCommand } from './run-command.ts'
import type { SetupContext } from './setup-context.ts'

export interface StaticBusybox {
  readonly program: Buffer
  readonly applets: readonly string[]
  /** Where it was found, for people. */
  readonly origin: string
}

/**
 * A statically linked busybox: this machine's, else, when `setup` and as root on Debian and Ubuntu, that of the
 * package busybox-static, which is unpacked into a temporary directory and not installed (it would replace `busybox`).
 */
export async function findStaticBusybox(setup: boolean, context: SetupContext): Promise<StaticBusybox | undefined> {
  const installed = await findProgram('busybox', context.env)
  const found = installed === undefined ? undefined : await readBusybox(installed, installed, context)
  if (found !== undefined || !setup) return found
  const system = await readSystem()
  return system.isRoot && isDebian(system) ? downloadBusybox(context) : undefined
}

async function readBusybox(path: string, origin: string, context: SetupContext): Promise<StaticBusybox | undefined> {
  const program = await readFile(path).catch(() => Buffer.alloc(0))
  if (!isStaticProgram(program)) return undefined
  const { code, output } = await runCommand([path, '--list'], context)
  const applets = output.split('\n').filter((name) => name !== '')
  return code === 0 && applets.includes('sh') ? { program, applets, origin } : undefined
}

async function downloadBusybox(context: SetupContext): Promise<StaticBusybox | undefined> {
  const { print, env, signal } = context
  print('Fetching busybox-static with apt-get …')
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-busybox-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const download = ['apt-get', 'download', '-q', '-o', 'APT::Sandbox::User=root', 'busybox-static'] as const
  const options = { env, signal, cwd: folder }
  if ((await runCommand(download, options)).code !== 0) {
    await runCommand(['apt-get', 'update', '-q'], options)
    await runCommand(download, options)
  }
  const [archive] = await readdir(folder)
  if (archive === undefined) return undefined
  await runCommand(['dpkg-deb', '-x', archive, '.'], options)
  const paths = ['usr/bin/busybox', 'bin/busybox'].map((path) => join(folder, path))
  // Awaited here, because the folder goes with this function.
  return await firstFound(paths.map((path) => readBusybox(path, 'the package busybox-static', context)))
}

async function firstFound<T>(candidates: readonly Promise<T | undefined>[]): Promise<T | undefined> {
  return (await Promise.all(candidates)).find((found) => found !== undefined)
}

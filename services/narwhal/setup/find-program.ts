import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '@narwhal/host'
import { systemEnvironment } from './run-command.ts'

/** The path of a program, on PATH or in a folder of system programs; `undefined` when it is not installed. */
export async function findProgram(name: string, env: Environment): Promise<string | undefined> {
  for (const folder of systemEnvironment(env).PATH?.split(':') ?? []) {
    const path = join(folder, name)
    if (await isExecutable(path)) return path
  }
  return undefined
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type OsRelease, parseOsRelease } from './os-release.ts'

/** What decides how things are installed and started on this machine. */
export interface System {
  readonly platform: NodeJS.Platform
  readonly release: OsRelease
  readonly isRoot: boolean
  /** systemd is what started this machine. */
  readonly hasSystemd: boolean
}

export async function readSystem(): Promise<System> {
  return {
    platform: process.platform,
    release: parseOsRelease(await readFile('/etc/os-release', 'utf8').catch(() => '')),
    isRoot: process.getuid?.() === 0,
    hasSystemd: existsSync('/run/systemd/system'), // what sd_booted(3) looks at
  }
}

import { spawn } from 'node:child_process'
import { gitEnvironment, gitOptions } from './git-environment.ts'
import type { GitLogin } from './git-login.ts'

/** How one git command runs. */
export interface GitAccess extends GitLogin {
  /** The one protocol that git may use; absent: none. */
  readonly protocol?: string
}

const graceMs = 5_000

/** Starts `git` with our options, in a process group of its own; end it with `endGit`. */
export function startGit(argv: readonly string[], access: GitAccess = {}) {
  return spawn('git', [...gitOptions, ...argv], {
    cwd: '/', // so that git finds no repository by itself
    env: gitEnvironment(access),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** A started git with its three pipes. */
export type GitChild = ReturnType<typeof startGit>

/** Ends a git and everything that it started: asked first, so that it removes its lock files, forced after 5 s. */
export function endGit(child: GitChild): void {
  signalGroup(child, 'SIGTERM')
  AbortSignal.timeout(graceMs).addEventListener('abort', () => signalGroup(child, 'SIGKILL'))
}

function signalGroup({ pid, exitCode, signalCode, stdout }: GitChild, signal: NodeJS.Signals): void {
  const isOver = (exitCode !== null || signalCode !== null) && stdout.closed
  if (pid === undefined || isOver) return
  try {
    process.kill(-pid, signal)
  } catch {
    // the group has ended meanwhile
  }
}

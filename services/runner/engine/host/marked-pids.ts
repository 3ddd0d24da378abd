import { readdir, readFile } from 'node:fs/promises'

/** What the environment of everything that a step starts carries, whatever the step says. */
export interface Marks {
  readonly NARWHAL_RUNNER_ID: string
  readonly NARWHAL_ATTEMPT_ID: string
  readonly NARWHAL_CONTAINER_ID: string
}

export interface MarkedPid {
  readonly pid: number
  readonly marks: Marks
}

/**
 * What runs on this machine and carries the marks, or is in one of the sessions, with what descends from it. Who takes
 * the marks off, in a session of its own, is found while its parent lives. Where there is no /proc nothing is found.
 */
export async function findMarked(sessions: ReadonlyMap<number, Marks> = new Map()): Promise<readonly MarkedPid[]> {
  const living = await listLiving()
  const marked = new Map<number, Marks>()
  for (const { pid, session } of living) {
    const marks = sessions.get(session) ?? (await marksOf(pid))
    if (marks !== undefined) marked.set(pid, marks)
  }
  for (let before = -1; before < marked.size; ) {
    before = marked.size
    for (const { pid, parent } of living) {
      const marks = marked.get(parent)
      if (marks !== undefined && !marked.has(pid)) marked.set(pid, marks)
    }
  }
  return [...marked].map(([pid, marks]) => ({ pid, marks }))
}

/** Whether something runs in the group that a session began with. While it does, its number belongs to nobody else. */
export function isGroupAlive(session: number): boolean {
  try {
    return process.kill(-session, 0)
  } catch {
    return false
  }
}

interface LivingPid {
  readonly pid: number
  readonly parent: number
  readonly session: number
}

async function listLiving(): Promise<readonly LivingPid[]> {
  const names = await readdir('/proc').catch(() => [])
  const found = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(livingPid))
  return found.filter((one) => one !== undefined)
}

/** What /proc/PID/stat says behind the name, which may hold anything: state, parent, group, session. */
async function livingPid(pid: string): Promise<LivingPid | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const [, state, parent, session] = /^\) (\S) (\d+) \d+ (\d+)/.exec(stat.slice(stat.lastIndexOf(')'))) ?? []
  if (state === undefined || /[ZX]/.test(state)) return undefined // gone but for its exit code
  return { pid: Number(pid), parent: Number(parent), session: Number(session) }
}

async function marksOf(pid: number): Promise<Marks | undefined> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '') // another user's, or gone
  const value = (name: keyof Marks) => new RegExp(`(?:^|\\0)${name}=([^\\0]*)`).exec(environment)?.[1]
  const [runner, attempt] = [value('NARWHAL_RUNNER_ID'), value('NARWHAL_ATTEMPT_ID')]
  const container = value('NARWHAL_CONTAINER_ID')
  if (runner === undefined || attempt === undefined || container === undefined) return undefined
  return { NARWHAL_RUNNER_ID: runner, NARWHAL_ATTEMPT_ID: attempt, NARWHAL_CONTAINER_ID: container }
}

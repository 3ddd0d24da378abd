import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** What an OS process has used. */
export interface Usage {
  /** Time on a CPU since its start, in milliseconds. */
  readonly cpuMs: number
  readonly rssBytes: number
}

/** Reads /proc (Linux). @see proc(5): utime and stime are fields 14 and 15 of stat */
export async function readUsage(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ])
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // the name before it may have spaces
  const ticks = Number(fields[11]) + Number(fields[12])
  const rssKib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
  return { cpuMs: (ticks / ticksPerSecond) * 1000, rssBytes: rssKib * 1024 }
}

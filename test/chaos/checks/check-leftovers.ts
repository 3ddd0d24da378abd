import { readdir, readFile } from 'node:fs/promises'
import { until } from '../../setup/until.ts'
import { nothing, whatIsLeft } from '../../real/what-is-left.ts'
import type { Rig } from '../rig/rig.ts'
import type { Evidence } from './evidence.ts'
import { type Finding, findingOf } from './finding.ts'

const withinMs = 60_000

/** I14: a minute after the last job nothing of any attempt is left, while the runners still live. */
export async function checkLeftovers({ rig, volumes }: Evidence): Promise<readonly Finding[]> {
  const kinds = ['containers', 'networks', 'volumes', 'attempts'] as const
  const look = async () => {
    const left = await whatIsLeft(rig)
    return { ...left, volumes: left.volumes.filter((name) => volumes.has(name)) } // others use this engine too
  }
  const isNothing = async () => {
    const left = await look()
    const some = kinds.find((kind) => kind !== 'networks' && left[kind].length > nothing[kind].length)
    if (some !== undefined) throw new RangeError(`${some} are left`)
    return left
  }
  const left = await until(isNothing, { timeoutMs: withinMs, intervalMs: 500 }).catch(look)
  return [
    findingOf('I14', 'nothing of an attempt is left after 60 s', kinds, (kind) =>
      kind === 'networks' ? [] : left[kind].map((what) => ({ what: `${kind}: ${what}`, about: [what] })),
    ),
  ]
}

/** I14 once more: when the services have ended in order, no network and no process of theirs is left. */
export async function checkAfterEnd(rig: Rig): Promise<readonly Finding[]> {
  const { networks } = await whatIsLeft(rig)
  const left = { network: networks, process: await processesOf(rig.root) }
  return [
    findingOf('I14', 'no network and no process is left when all services have ended', kindsAtEnd, (kind) =>
      left[kind].map((what) => ({ what: `${kind} ${what}`, about: [what] })),
    ),
  ]
}

const kindsAtEnd = ['network', 'process'] as const

/** Command lines that speak of a directory. */
async function processesOf(root: string): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return commands.map((command) => command.replaceAll('\0', ' ')).filter((command) => command.includes(root))
}

import Docker from 'dockerode'
import { attemptLabel, runnerLabel } from '@narwhal/runner/labels'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fault } from '../plan/plan-faults.ts'
import type { KeptProgram } from '../rig/kept-program.ts'
import type { Backing } from '../rig/rig.ts'
import type { Play } from './play.ts'

/** How long a kill waits for what it is to kill to be there, in milliseconds. */
const patienceMs = 300_000

/** Does to the rig what the plan says, each when it is due. One thing suffers one fault at a time. */
export async function makeFaults(faults: readonly Fault[], play: Play, count: (fault: Fault) => void): Promise<void> {
  const queues = new Map<string, Promise<void>>()
  await Promise.all(
    faults.map(async (fault) => {
      await play.due(fault.atMs)
      const target = targetOf(fault)
      const turn = (queues.get(target) ?? Promise.resolve()).then(() => makeFault(fault, play, count))
      queues.set(target, turn)
      await turn
    }),
  )
}

async function makeFault(fault: Fault, play: Play, count: (fault: Fault) => void): Promise<void> {
  const { ledger, signal } = play
  if (signal.aborted) return
  ledger.note('fault', { fault, begins: true })
  const isDone = await carryOut(fault, play)
  ledger.note('fault', { fault, ends: true, isDone })
  if (isDone) count(fault)
}

/** What two faults cannot have at once. */
function targetOf(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
    case 'freeze':
      return fault.program
    case 'broker kill':
    case 'broker stop':
      return 'broker'
    case 'link':
      return fault.link
    case 'disk full':
      return fault.disk
    default:
      return fault.kind
  }
}

/** Resolves when it is over; false when there was nothing to do it to. */
async function carryOut(fault: Fault, play: Play): Promise<boolean> {
  const { rig } = play
  switch (fault.kind) {
    case 'kill':
      return untilThere(play, () => killOnce(fault, programOf(rig, fault.program)))
    case 'freeze':
      return untilThere(play, async () => (await programOf(rig, fault.program)?.freeze(fault.forMs)) ?? false)
    case 'broker kill':
      return bounce(rig.broker, 'kill', fault.forMs, play)
    case 'broker stop':
      return bounce(rig.broker, 'stop', fault.forMs, play)
    case 'database kill':
      return bounce(rig.database, 'kill', fault.forMs, play)
    case 'container removed':
      return untilThere(play, () => removeOneContainer(rig.runnerData))
    case 'link': {
      const link = rig.links.find(({ name }) => name === fault.link)
      link?.begin(fault.weather)
      await play.sleep(fault.forMs)
      link?.end()
      return link !== undefined
    }
    case 'disk full': {
      const disk = rig.disks.find(({ name }) => name === fault.disk)
      await disk?.fill()
      await play.sleep(fault.forMs)
      await disk?.free()
      return disk !== undefined
    }
    default:
      return fault satisfies never
  }
}

function programOf({ programs }: Play['rig'], name: string) {
  return programs.find((program) => program.name === name)
}

async function killOnce({ aliveMs, forMs }: { aliveMs: number; forMs: number }, program: KeptProgram | undefined) {
  if (program === undefined || (aliveMs > 0 && program.upForMs() < aliveMs)) return false
  return program.kill(forMs)
}

async function bounce(backing: Backing | undefined, how: 'kill' | 'stop', forMs: number, { sleep }: Play) {
  if (backing === undefined) return false
  await backing[how]()
  await sleep(forMs)
  await backing.start()
  return true
}

async function untilThere({ sleep, signal }: Play, go: () => Promise<boolean>): Promise<boolean> {
  for (const giveUpAt = performance.now() + patienceMs; performance.now() < giveUpAt && !signal.aborted; ) {
    if (await go()) return true
    await sleep(50)
  }
  return false
}

/** `docker rm -f` of the container of a job; false when there is none. */
async function removeOneContainer(runnerData: readonly string[]): Promise<boolean> {
  const docker = new Docker()
  const ids = await Promise.all(runnerData.map((data) => readFile(join(data, 'runner-id'), 'utf8').catch(() => '')))
  const running = await docker.listContainers({ filters: { label: [attemptLabel] } })
  const ours = running.find(({ Labels }) => ids.some((id) => id.trim() === Labels[runnerLabel]))
  if (ours === undefined) return false
  return docker
    .getContainer(ours.Id)
    .remove({ force: true, v: true })
    .then(
      () => true,
      () => false,
    )
}

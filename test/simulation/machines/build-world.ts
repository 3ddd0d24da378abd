import type { Blobs } from '@narwhal/blobs'
import { newId, newToken } from '@narwhal/host'
import { commitsTopic } from '@narwhal/protocol'
import type { Store } from '@narwhal/store'
import { type Boot, Machine } from '../core/machine.ts'
import type { World } from '../core/world.ts'
import type { Drawn, DrawnFault, DrawnMachine } from '../drawing/drawn.ts'
import { allOracles } from '../oracles/all-oracles.ts'
import { Ledger } from '../oracles/ledger.ts'
import type { Facts, Oracle } from '../oracles/oracle.ts'
import { openBroker } from '../world/broker.ts'
import { type Disk, openDisk } from '../world/disk.ts'
import { Engine } from '../world/engine.ts'
import type { JournalShelf } from '../world/journals.ts'
import { openForge } from '../world/forge.ts'
import { type Caller, openNetwork } from '../world/network.ts'
import { openPeople } from '../world/people.ts'
import { openStorePort } from '../world/store/store-port.ts'
import { agentsName, bootAgent } from './agent.ts'
import type { Around } from './around.ts'
import { bootDispatcher, dispatchersName } from './dispatcher.ts'
import type { Platters } from './platters.ts'
import { bootReporter } from './reporter.ts'
import { bootRunner } from './runner.ts'

export interface Building {
  readonly world: World
  readonly drawn: Drawn
  readonly platters: Platters
  readonly blobs: Blobs
  readonly store: Store
}

/** Everything of a schedule, in its place; nothing has happened yet. */
export function buildWorld({
  world,
  drawn,
  platters,
  blobs,
  store: backing,
}: Building): Facts & { readonly oracles: readonly Oracle[] } {
  const ledger = new Ledger(world.trace)
  const network = openNetwork(world)
  const broker = openBroker(world)
  const [apiToken, runnerToken, webhookSecret] = [newToken(), newToken(), newToken()]
  const oracles: Oracle[] = []
  const store = openStorePort(world, backing, (changes, by) => {
    for (const given of changes) {
      const change = ledger.take(given, by)
      for (const oracle of oracles) oracle.onChange?.(change, changes)
    }
  })
  const forge = openForge({
    world,
    network,
    caller: outsider(world, 'forge'),
    webhookSecret,
    agentsUrl: `http://${agentsName}`,
  })
  const commits = new Map(drawn.commits.map((commit) => [commit.sha, commit]))
  const tokens = { apiToken, runnerToken, webhookSecret }
  const commitOf = (sha: string) => commits.get(sha)
  const around: Around = {
    world,
    drawn,
    network,
    broker,
    store,
    blobs,
    engine: new Engine(world),
    forge,
    ...tokens,
    commitOf,
  }

  const { machines, disks, shelves } = openMachines(around, platters)
  const url = `http://${dispatchersName}`
  const people = openPeople({ world, network, caller: outsider(world, 'people'), ledger, apiToken, url })
  const facts: Facts = { world, around, ledger, people, machines, disks, shelves }
  oracles.push(...allOracles.map((open) => open(facts)))
  planInputs(facts)
  planFaults(facts)
  return { ...facts, oracles }
}

/** Somebody who never dies. */
function outsider({ timeline }: World, name: string): Caller {
  return { machine: { name }, later: timeline.after, passes: () => true, whenOver: () => () => undefined }
}

function openMachines(around: Around, { inboxes, outboxes }: Platters) {
  const { world, drawn } = around
  const machines = new Map<string, Machine>()
  const disks = new Map<string, Disk>()
  const shelves = new Map<string, JournalShelf>()
  const add = ({ name, drift, skewMs }: DrawnMachine, boot: Boot) => {
    const isSpare = !name.endsWith('-1')
    if (isSpare && !world.decisions.takes(`machine/${name}`)) return
    const machine = new Machine({ world, name, boot, drift, skewMs })
    machines.set(name, machine)
    world.timeline.after(world.chance.between('first start', 0, 200), () => machine.start())
  }
  const diskOf = (name: string, platter: Platters['inboxes'][number] | undefined): Disk => {
    if (platter === undefined) throw new RangeError(`no disk for ${name}`)
    const disk = openDisk(world, platter, name)
    disks.set(name, disk)
    return disk
  }
  drawn.agents.forEach((one, place) => add(one, bootAgent(around, diskOf(one.name, inboxes[place]))))
  for (const one of drawn.dispatchers) add(one, bootDispatcher(around))
  for (const one of drawn.runners) {
    const shelf: JournalShelf = new Map()
    shelves.set(one.name, shelf)
    add(one, bootRunner(around, one, { runnerId: newId(world.startAt), shelf }))
  }
  drawn.reporters.forEach((one, place) => add(one, bootReporter(around, diskOf(one.name, outboxes[place]))))
  return { machines, disks, shelves }
}

function planInputs({ world, around, people }: Facts): void {
  const { decisions, timeline } = world
  for (const commit of around.drawn.commits) {
    if (decisions.takes(commit.name)) timeline.after(300 + commit.atMs, () => around.forge.push(commit))
  }
  for (const act of around.drawn.acts) {
    if (decisions.takes(act.name)) timeline.after(act.atMs, () => people.act(act))
  }
}

function planFaults(facts: Facts): void {
  const { world, around, machines } = facts
  for (const fault of around.drawn.faults) {
    if (!world.decisions.takes(fault.name)) continue
    if (fault.atCall === undefined) world.timeline.after(fault.atMs, () => bringAbout(fault, facts))
    else machines.get(fault.machine)?.deaths.push({ atCall: fault.atCall, downMs: fault.forMs })
  }
  for (const { deaths } of machines.values()) deaths.sort((one, other) => one.atCall - other.atCall)
}

function bringAbout({ kind, machine: name, other = name, forMs }: DrawnFault, facts: Facts): void {
  const { machines, disks, around, world } = facts
  const machine = machines.get(name)
  const stretch: Partial<Record<DrawnFault['kind'], () => void>> = {
    crash: () => machine?.crash(forMs),
    stop: () => machine?.stop(forMs),
    freeze: () => machine?.freeze(forMs),
    'wall-jump': () => machine?.jump(world.chance.between('jump', -3_600_000, 3_600_000)),
    partition: () => around.network.part(name, other, forMs),
    'broker-restart': () => around.broker.restart(),
    'broker-down': () => around.broker.outage(forMs),
    'store-down': () => around.store.outage(forMs),
    'store-full': () => around.store.fill(forMs),
    'disk-full': () => disks.get(name)?.fill(forMs),
    'forge-limit': () => around.forge.limit(forMs),
    poison: () => around.broker.put(commitsTopic, { id: `poison-${Math.round(forMs)}`, body: '{"version":1' }),
  }
  stretch[kind]?.()
  if (kind === 'poison') world.decisions.count('poison')
}

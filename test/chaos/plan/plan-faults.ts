import type { Random } from '../random.ts'

/** What there is to break, by the names that the ledger uses. */
export interface Targets {
  /** Processes of Narwhal. */
  readonly programs: readonly string[]
  /** Connections that go through a proxy. */
  readonly links: readonly string[]
  /** Small file systems. */
  readonly disks: readonly string[]
  readonly hasBroker: boolean
  readonly hasDatabase: boolean
}

/** What a proxy does to a connection. */
export type Weather =
  | { readonly kind: 'latency'; readonly ms: number }
  /** Every connection is reset, once. */
  | { readonly kind: 'reset' }
  /** Nothing goes on, and nothing is closed. */
  | { readonly kind: 'half-open' }
  /** Each connection is reset once that many bytes have gone through it. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** There is nobody. */
  | { readonly kind: 'refuse' }

/** One thing that goes wrong. `forMs` is how long it stays so. */
export type Fault = {
  readonly atMs: number
  readonly forMs: number
} /** `aliveMs`: how long it has to have been up before; so nothing is only ever killed at its start. */ & (
  | { readonly kind: 'kill' | 'freeze'; readonly program: string; readonly aliveMs: number }
  | { readonly kind: 'broker kill' | 'broker stop' | 'database kill' | 'container removed' }
  | { readonly kind: 'link'; readonly link: string; readonly weather: Weather }
  | { readonly kind: 'disk full'; readonly disk: string }
)

type Drawn<T = Fault> = T extends Fault ? Omit<T, 'atMs'> : never
interface Drawer {
  readonly weight: number
  readonly draw: (random: Random) => Drawn
}

/** `kills` ends by SIGKILL at even distances, give or take, and about half as many faults of other kinds at any time. */
export function planFaults(
  random: Random,
  { kills, durationMs }: { readonly kills: number; readonly durationMs: number },
  targets: Targets,
): readonly Fault[] {
  const atKill = (place: number) => Math.round(((place + 0.2 + random.next() * 0.6) / kills) * durationMs)
  const killed = Array.from({ length: kills }, (_, place) => drawOne(random, killers(targets), atKill(place)))
  const others = Array.from({ length: Math.ceil(kills / 2) }, () =>
    drawOne(random, troublers(targets), Math.round(random.next() * durationMs)),
  )
  return [...killed, ...others].toSorted((one, other) => one.atMs - other.atMs)
}

/** Whether it is one of the ends by SIGKILL that are counted. */
export function isKill({ kind }: Fault): boolean {
  return kind === 'kill' || kind === 'broker kill' || kind === 'database kill'
}

function drawOne(random: Random, drawers: readonly Drawer[], atMs: number): Fault {
  return { ...random.pick(drawers, ({ weight }) => weight).draw(random), atMs }
}

function killers({ programs, hasBroker, hasDatabase }: Targets): readonly Drawer[] {
  return [
    ...programs.map(
      (program): Drawer => ({
        weight: 2,
        draw: (r) => ({ kind: 'kill', program, forMs: r.whole(0, 1_500), aliveMs: drawAlive(r) }),
      }),
    ),
    { weight: hasBroker ? 1 : 0, draw: (r) => ({ kind: 'broker kill', forMs: r.whole(0, 3_000) }) },
    { weight: hasDatabase ? 1 : 0, draw: (r) => ({ kind: 'database kill', forMs: r.whole(0, 3_000) }) },
  ]
}

function troublers({ programs, links, disks, hasBroker }: Targets): readonly Drawer[] {
  return [
    {
      weight: 3,
      draw: (r) => ({ kind: 'freeze', program: r.pick(programs), forMs: r.whole(200, 12_000), aliveMs: 0 }),
    },
    { weight: 3, draw: () => ({ kind: 'container removed', forMs: 0 }) },
    { weight: hasBroker ? 1 : 0, draw: (r) => ({ kind: 'broker stop', forMs: r.whole(0, 3_000) }) },
    { weight: links.length > 0 ? 8 : 0, draw: (r) => drawWeather(r, links) },
    {
      weight: disks.length > 0 ? 2 : 0,
      draw: (r) => ({ kind: 'disk full', disk: r.pick(disks), forMs: r.whole(500, 6_000) }),
    },
  ]
}

function drawWeather(random: Random, links: readonly string[]): Drawn {
  const weather = random.pick<Weather>([
    { kind: 'latency', ms: random.whole(20, 800) },
    { kind: 'reset' },
    { kind: 'half-open' },
    { kind: 'cut', afterBytes: random.whole(1, 4_000) },
    { kind: 'refuse' },
  ])
  return { kind: 'link', link: random.pick(links), weather, forMs: random.whole(500, 8_000) }
}

/** Some die while they are starting still. */
function drawAlive(random: Random): number {
  return random.next() < 0.15 ? 0 : random.whole(300, 4_000)
}

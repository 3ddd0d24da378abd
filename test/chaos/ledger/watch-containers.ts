import { createInterface } from 'node:readline'
import Docker from 'dockerode'
import { attemptLabel, runnerLabel } from '@narwhal/runner/labels'

/** The life of one container of an attempt, by the engine's own clock, in milliseconds since the epoch. */
export interface ContainerLife {
  readonly id: string
  readonly attemptId: string
  readonly runnerId: string
  createdAt: number
  startedAt?: number
  diedAt?: number
  exitCode?: string
  removedAt?: number
}

/** Everything with an attempt's label that the engine tells of. Disposing stops listening. */
export interface ContainerWatch extends AsyncDisposable {
  lives(): readonly ContainerLife[]
  /** The names of all volumes that these containers had. */
  volumes(): ReadonlySet<string>
}

interface EngineEvent {
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly timeNano: number
}

/** Records the `docker events` of containers and their volumes from now on. */
export async function watchContainers(): Promise<ContainerWatch> {
  const lives = new Map<string, ContainerLife>()
  const mounts: { readonly volume: string; readonly container: string }[] = []
  await using opened = new AsyncDisposableStack()
  opened.use(await eachEvent({ type: ['container'], label: [attemptLabel] }, (event) => note(lives, event)))
  const noteMount = ({ Actor: { ID: volume, Attributes } }: EngineEvent) =>
    mounts.push({ volume, container: Attributes['container'] ?? '' })
  opened.use(await eachEvent({ type: ['volume'], event: ['mount'] }, noteMount))
  const owned = opened.move()
  return {
    lives: () => [...lives.values()],
    volumes: () => new Set(mounts.flatMap(({ volume, container }) => (lives.has(container) ? [volume] : []))),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function eachEvent(filters: object, take: (event: EngineEvent) => void): Promise<AsyncDisposable> {
  const stream: NodeJS.ReadableStream = await new Docker().getEvents({ filters: JSON.stringify(filters) })
  stream.on('error', () => {}) // the end of listening
  const lines = createInterface({ input: stream })
  lines.on('line', (line) => take(JSON.parse(line) as EngineEvent)) // as the engine's API says
  return {
    async [Symbol.asyncDispose]() {
      lines.close()
      if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
    },
  }
}

function note(lives: Map<string, ContainerLife>, { Action, Actor, timeNano }: EngineEvent): void {
  const { ID: id, Attributes } = Actor
  const at = timeNano / 1e6
  const life = lives.get(id) ?? {
    id,
    attemptId: Attributes[attemptLabel] ?? '',
    runnerId: Attributes[runnerLabel] ?? '',
    createdAt: at,
  }
  lives.set(id, life)
  if (Action === 'start') life.startedAt = at
  if (Action === 'die') Object.assign(life, { diedAt: at, exitCode: Attributes['exitCode'] })
  if (Action === 'destroy') Object.assign(life, { removedAt: at, diedAt: life.diedAt ?? at })
}

import type { BuildEvent, BuildState, Ending } from '@narwhal/protocol'

/**
 * The build after `event`. A late or repeated event is normal on a network: it returns `build` itself.
 * The ending is the worst of the endings of its jobs, with the code and the message of that job.
 */
export function nextBuild(build: BuildState, event: BuildEvent): BuildState {
  switch (build.state) {
    case 'queued':
    case 'running':
      return nextOpenBuild(build, event)
    case 'finished':
      return build
    default:
      return build satisfies never
  }
}

type OpenBuild = Exclude<BuildState, { state: 'finished' }>

function nextOpenBuild(build: OpenBuild, event: BuildEvent): BuildState {
  switch (event.type) {
    case 'started':
      return build.state === 'queued' ? { state: 'running', startedAt: event.at } : build
    case 'jobs-ended': {
      const finished = { state: 'finished', ending: combined(event.endings), finishedAt: event.at } as const
      return build.state === 'running' ? { ...finished, startedAt: build.startedAt } : finished
    }
    default:
      return event satisfies never
  }
}

const worstFirst = ['errored', 'failed', 'cancelled', 'passed'] as const

function combined(endings: readonly Ending[]): Ending {
  for (const outcome of worstFirst) {
    const deciding = endings.find((ending) => ending.outcome === outcome)
    if (deciding !== undefined) return deciding
  }
  return endings[0] ?? { outcome: 'skipped' }
}

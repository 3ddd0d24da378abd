import { newId, systemClock } from '@narwhal/host'
import type { AttemptView, BuildEventMessage, BuildView, Ending, JobView, StepView } from '@narwhal/protocol'

/** Events are told as the dispatcher does: with the build as it stood then. Times count from `start`. */
export const start = Date.UTC(2026, 0, 1)

export function id(): string {
  return newId(systemClock.now())
}

export function sha(letter = 'a'): string {
  return letter.repeat(40)
}

export function step(given: Partial<StepView> = {}): StepView {
  return {
    index: 0,
    name: 'test',
    state: 'finished',
    ending: { outcome: 'passed' },
    exitCode: 0,
    startedAt: start + 2_000,
    finishedAt: start + 11_000,
    ...given,
  }
}

export function attempt(given: Partial<AttemptView> = {}): AttemptView {
  return {
    id: id(),
    number: 1,
    runner: 'ada',
    state: 'finished',
    ending: { outcome: 'passed' },
    startedAt: start + 1_000,
    finishedAt: start + 12_000,
    log: { bytes: 6, sha256: 'b'.repeat(64) },
    steps: [step()],
    ...given,
  }
}

export function job(given: Partial<JobView> = {}): JobView {
  return {
    id: id(),
    buildId: id(),
    kind: 'steps',
    name: 'build',
    needs: [],
    allowFailure: false,
    state: 'finished',
    ending: { outcome: 'passed' },
    queuedAt: start,
    startedAt: start + 1_000,
    finishedAt: start + 12_000,
    attempts: [attempt()],
    ...given,
  }
}

export function build(given: Partial<BuildView> = {}): BuildView {
  return {
    id: id(),
    number: 1,
    commit: {
      repository: { host: '127.0.0.1', owner: 'octo', name: 'hello' },
      ref: 'refs/heads/main',
      sha: sha(),
      trigger: 'push',
    },
    state: 'queued',
    createdAt: start,
    jobs: [],
    ...given,
  }
}

/** The three events of a build, as the dispatcher publishes them. */
export function eventsOf(given: Partial<BuildView> = {}, ending: Ending = { outcome: 'passed' }) {
  const queued = build(given)
  const running: BuildView = { ...queued, state: 'running', startedAt: start + 1_000 }
  const finished: BuildView = { ...running, state: 'finished', ending, finishedAt: start + 13_000 }
  return {
    queued: event('build-queued', 1, queued),
    started: event('build-started', 2, running),
    finished: event('build-finished', 3, { ...finished, jobs: given.jobs ?? [job({ ending })] }),
  }
}

function event(type: BuildEventMessage['type'], sequence: number, view: BuildView): BuildEventMessage {
  return { version: 1, id: id(), sequence, type, at: start + sequence * 1_000, build: view }
}

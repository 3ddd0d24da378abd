import type { AttemptView, BuildView, JobView, StepView } from '@narwhal/protocol'

// Views as the dispatcher gives them, at fixed times.

const id = (digit: number) => `00000000-0000-7000-8000-00000000000${digit}`

export function build(changes: Partial<BuildView> = {}): BuildView {
  return {
    id: id(1),
    number: 3,
    commit: {
      repository: { host: 'local', owner: 'ada', name: 'engine' },
      ref: 'refs/heads/main',
      sha: '3f2a91c'.padEnd(40, '0'),
      trigger: 'poll',
    },
    state: 'running',
    createdAt: 1_000,
    startedAt: 1_000,
    jobs: [],
    ...changes,
  }
}

export function job(changes: Partial<JobView> = {}): JobView {
  return {
    id: id(2),
    buildId: id(1),
    kind: 'steps',
    name: 'build',
    state: 'running',
    queuedAt: 1_000,
    needs: [],
    allowFailure: false,
    attempts: [],
    ...changes,
  }
}

export function planJob(changes: Partial<JobView> = {}): JobView {
  return job({ id: id(3), kind: 'plan', name: 'plan', ...changes })
}

export function attempt(changes: Partial<AttemptView> = {}): AttemptView {
  return { id: id(4), number: 1, runner: 'bob', state: 'running', steps: [], ...changes }
}

export function step(index: number, name: string, changes: Partial<StepView> = {}): StepView {
  return { index, name, state: 'pending', ...changes }
}

export const passed = { state: 'finished', ending: { outcome: 'passed' }, startedAt: 1_000, finishedAt: 1_300 } as const

export const failed = {
  state: 'finished',
  ending: { outcome: 'failed', code: 'STEP_FAILED', message: 'Step "test" failed with exit code 1.' },
  exitCode: 1,
  startedAt: 2_000,
  finishedAt: 3_200,
} as const

export const skipped = { state: 'finished', ending: { outcome: 'skipped' }, finishedAt: 3_200 } as const

import { nearestName } from './nearest-name.ts'

/** Words that other systems use, or that people reach for, and ours. */
const otherWords: Readonly<Record<string, string>> = {
  command: 'run',
  cmd: 'run',
  script: 'run',
  commands: 'steps',
  stages: 'steps',
  container: 'image',
  variables: 'env',
  vars: 'env',
  environments: 'environment',
  title: 'name',
  depends: 'needs',
  depends_on: 'needs',
  requires: 'needs',
  sidecars: 'services',
  triggers: 'on',
  when: 'if',
  condition: 'if',
  strategy: 'matrix',
  labels: 'runs-on',
  tags: 'runs-on',
  allow_failure: 'allow-failure',
  'continue-on-error': 'allow-failure',
  'timeout-minutes': 'timeout',
  'working-directory': 'dir',
  workdir: 'dir',
  retries: 'retry',
  branches: 'tags',
}

/** The one of `ours` that `key` most likely stands for; or `key` itself. */
export function meantKey(key: string, ours: readonly string[]): string {
  const others = Object.keys(otherWords).filter((word) => ours.includes(otherWords[word] ?? ''))
  const nearest = nearestName(key, [...ours, ...others])
  if (nearest === undefined) return key
  return ours.includes(nearest) ? nearest : (otherWords[nearest] ?? key)
}

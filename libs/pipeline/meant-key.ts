import { nearestName } from './nearest-name.ts'
import type { Form } from './pipeline-schema.ts'

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
  title: 'name',
}

/** The key that `key` most likely stands for among those that `form` takes, now or later; or `key` itself. */
export function meantKey(key: string, form: Form): string {
  const ours = [...Object.keys(form.properties ?? {}), ...(form['x-narwhal']?.notYet ?? [])]
  const others = Object.keys(otherWords).filter((word) => ours.includes(otherWords[word] ?? ''))
  const nearest = nearestName(key, [...ours, ...others])
  if (nearest === undefined) return key
  return ours.includes(nearest) ? nearest : (otherWords[nearest] ?? key)
}

import type { Checker, Source } from './source.ts'

/** A violation, planted in a tree that has only `packages` and `others`. */
interface Plant extends Source {
  readonly says: string
  readonly others: readonly Source[]
}

/** A rule of the tree, ways to break it, and code that looks like a breach and is none. */
export interface Rule {
  readonly title: string
  readonly check: Checker
  readonly plants: readonly Plant[]
  readonly innocent: readonly Source[]
}

/** A small tree of packages in which violations are planted. */
export const packages: readonly Source[] = [
  manifest('libs/protocol', 'protocol'),
  manifest('libs/host', 'host'),
  manifest('libs/queue', 'queue'),
  manifest('libs/pipeline', 'pipeline'),
  manifest('services/agent', 'agent'),
  manifest('services/runner', 'runner'),
  manifest('services/narwhal', 'cli'),
]

/** A file that breaks a rule, perhaps only together with `others`. */
export function plant(says: string, path: string, text: string, others: readonly Source[] = []): Plant {
  return { says, path, text, others }
}

/** A file that breaks no rule by itself. */
export function source(path: string, text: string): Source {
  return { path, text }
}

function manifest(folder: string, name: string): Source {
  const entry = folder.startsWith('libs/') ? './index.ts' : './service.ts'
  return source(`${folder}/package.json`, JSON.stringify({ name: `@narwhal/${name}`, exports: { '.': entry } }))
}

import type { BuildView, Commit } from '@narwhal/protocol'
import { plainLine } from './clean-text.ts'

/** How people call a build: `owner/name#12`. */
export function nameBuild({ number, commit: { repository } }: Pick<BuildView, 'number' | 'commit'>): string {
  return `${repository.owner}/${repository.name}#${number}`
}

/** A branch or tag without `refs/heads/`. */
export function shortRef({ ref }: Pick<Commit, 'ref'>): string {
  return ref.replace(/^refs\/(?:heads|tags)\//, '')
}

/** The first line of a commit message; empty when nobody knows it. */
export function titleOf({ message = '' }: Pick<Commit, 'message'>): string {
  return plainLine(message.trimStart().split('\n', 1)[0] ?? '')
}

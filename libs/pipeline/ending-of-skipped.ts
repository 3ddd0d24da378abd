import { catalogue, type Commit, type Ending, type Trigger } from '@narwhal/protocol'

const skippable: readonly Trigger[] = ['push', 'tag', 'poll']
const mark = /\[skip ci\]|\[ci skip\]/i

/**
 * How a build ends whose commit message asks for none: skipped. Whoever starts a build by hand, by cron or by a
 * pull request gets it nevertheless.
 *
 * @returns `undefined` when the build goes on.
 */
export function endingOfSkipped(commit: Commit): Ending | undefined {
  const found = skippable.includes(commit.trigger) ? mark.exec(commit.message ?? '')?.[0] : undefined
  if (found === undefined) return undefined
  const message = `The commit message has ${found.toLowerCase()}.\n${catalogue.COMMIT_SKIPPED.fix}`
  return { outcome: 'skipped', code: 'COMMIT_SKIPPED', message }
}

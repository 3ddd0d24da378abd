import { createHash } from 'node:crypto'
import type { ImageBuild } from '@narwhal/pipeline'
import { type Commit, repositoryKey } from '@narwhal/protocol'

export interface ImageKeyParts {
  /** Of the build context. */
  readonly digest: string
  readonly platform: string
  readonly commit: Commit
}

/**
 * What an image is known by: equal for equal context, file and arguments. What untrusted commits have built stands for
 * no image of a trusted one, nor one repository's for another's.
 */
export function imageKey({ file, args }: ImageBuild, { digest, platform, commit }: ImageKeyParts): string {
  const owner = [repositoryKey(commit.repository), commit.trust ?? 'trusted']
  const sorted = Object.entries(args).sort(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([owner, platform, digest, file, sorted]))
    .digest('hex')
}

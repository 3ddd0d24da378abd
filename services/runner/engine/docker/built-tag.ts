import { createHash } from 'node:crypto'

/** The repository of the tags by which images that steps have built are found again. Nobody else may set such a tag. */
export const builtRepository = 'narwhal-built'

/** The tag of what was built with a label. */
export function builtTag(label: string): string {
  return `${builtRepository}:${createHash('sha256').update(label).digest('hex').slice(0, 48)}`
}

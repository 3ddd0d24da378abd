import { problem } from '@narwhal/protocol'

const maxTags = 20
const maxTagLength = 255

const host = /(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::\d{1,5})?\/)?/
const part = /[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*/
// A name without an owner, such as node:24, is what other jobs of this engine begin from.
const whole = new RegExp(
  `^(?=[^:]+(?::\\d+)?/)${host.source}${part.source}(?:/${part.source})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$`,
)

/** @throws IMAGE_TAG_INVALID for a name that no image can have, for one without an owner, and for too many. */
export function checkTags(tags: readonly string[]): void {
  if (tags.length > maxTags) throw problem('IMAGE_TAG_INVALID', `The step has ${tags.length} tags.`)
  const bad = tags.find((tag) => tag.length > maxTagLength || !whole.test(tag))
  if (bad !== undefined) throw problem('IMAGE_TAG_INVALID', `"${bad.slice(0, maxTagLength)}" is no name with an owner.`)
}

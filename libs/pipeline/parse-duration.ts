/** What a duration looks like, as a regular expression for the schema. */
export const durationPattern = '^(?=[0-9])(?:([0-9]{1,5})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,5})s)?$'

const longestMs = 24 * 3_600_000
const shortestMs = 1_000

/**
 * A duration such as `30s`, `15m`, `1h` or `1h30m` in milliseconds.
 *
 * @returns `undefined` when it is none, shorter than 1 s or longer than 24 h.
 */
export function parseDuration(text: string): number | undefined {
  const [found, hours = '0', minutes = '0', seconds = '0'] = new RegExp(durationPattern).exec(text) ?? []
  if (found === undefined) return undefined
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000
  return ms >= shortestMs && ms <= longestMs ? ms : undefined
}

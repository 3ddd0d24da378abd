/** What a duration looks like, as a regular expression for the schema. */
export const durationPattern = '^(?=[0-9])(?:([0-9]{1,3})d)?(?:([0-9]{1,5})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,5})s)?$'

/**
 * A duration such as `30s`, `15m`, `1h30m` or `7d` in milliseconds.
 *
 * @returns `undefined` when it is none.
 */
export function parseDuration(text: string): number | undefined {
  const [found, days = '0', hours = '0', minutes = '0', seconds = '0'] = new RegExp(durationPattern).exec(text) ?? []
  if (found === undefined) return undefined
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000
}

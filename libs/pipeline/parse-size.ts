/** What a size looks like, as a regular expression for the schema. */
export const sizePattern = '^([0-9]{1,9}(?:\\.[0-9]{1,3})?)(KiB|MiB|GiB|TiB)$'

const bytesOf: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }

/**
 * A size such as `512MiB` or `1.5GiB` in bytes, a whole number.
 *
 * @returns `undefined` when it is none.
 */
export function parseSize(text: string): number | undefined {
  const [, count, unit = ''] = new RegExp(sizePattern).exec(text) ?? []
  return count === undefined ? undefined : Math.floor(Number(count) * (bytesOf[unit] ?? 0))
}

/** A map of texts. The parser left the text of the file where numbers and booleans stood. */
export function textsOf(
  map: Readonly<Record<string, string | number | boolean>> = {},
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, String(value)]))
}

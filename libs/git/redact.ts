/** What git said, fit to be shown: its last lines, without secrets and control characters. */
export function redact(text: string, token: string | undefined): string {
  const withoutToken = token ? text.replaceAll(token, '***') : text
  return withoutToken
    .replaceAll(/\/\/[^/\s@]+@/g, '//***@')
    .split(/[\r\n]+/)
    .map((line) =>
      line
        .replaceAll(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '')
        .trim()
        .slice(0, 400),
    )
    .filter((line) => line !== '')
    .slice(-5)
    .join('\n')
}

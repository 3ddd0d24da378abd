import { catalogue, type ProblemCode, problemPage } from '@narwhal/protocol'

const head = `# Errors

Every error that Narwhal shows carries a code; this page says what each one means and what to do. It is written from the
catalogue in \`libs/protocol/problems/\` by \`pnpm run docs\`; a test fails when the two differ.

An error on the wire is a problem (RFC 9457): \`type\` is the address of its section here, \`status\` the HTTP status.
Codes that only end builds have the status 422 when the commit is the cause, and 500 when Narwhal could not find out.
`

/** The text of docs/errors.md: one section per code, in the order of the catalogue. */
export function errorsPage(): string {
  const codes = Object.keys(catalogue).filter((code): code is ProblemCode => code in catalogue)
  return [head, ...codes.map(section)].join('\n')
}

function section(code: ProblemCode): string {
  const { status, title, fix, retried } = catalogue[code]
  const anchor = problemPage(code).replace('docs/errors.md#', '')
  const again = retried === true ? '\nNarwhal tries again by itself, with growing pauses, before it shows this.\n' : ''
  return `<a id="${anchor}"></a>

## ${code}

${title}. (Status ${status})

**What to do:** ${fix}
${again}`
}

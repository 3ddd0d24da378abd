/** What a step wrote into its file of outputs, and which lines make no sense, by their numbers. */
export interface ParsedOutputs {
  readonly outputs: ReadonlyMap<string, string>
  readonly faults: readonly { readonly line: number; readonly why: string }[]
}

const maxNameLength = 100
const maxValueBytes = 16 * 1024

/**
 * Reads `KEY=value` lines, and `KEY<<WORD`, lines, `WORD` for values of several lines. A later value of a key replaces
 * an earlier one. Empty lines mean nothing.
 */
export function parseOutputs(text: string): ParsedOutputs {
  const lines = text.split(/\r?\n/)
  const outputs = new Map<string, string>()
  const faults: { line: number; why: string }[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line.trim() === '') continue
    const [, name = '', sign, rest = ''] = /^([^=<]*)(=|<<)(.*)$/s.exec(line) ?? []
    const end = sign === '<<' ? lines.indexOf(rest, at + 1) : at
    if (sign === undefined) {
      faults.push({ line: at + 1, why: 'is no KEY=value' })
    } else if (end === -1 || (sign === '<<' && rest === '')) {
      faults.push({ line: at + 1, why: 'begins a value that does not end' })
    } else {
      const value = sign === '=' ? rest : lines.slice(at + 1, end).join('\n')
      const why = faultOf(name, value)
      if (why === undefined) outputs.set(name, value.replaceAll('\0', ''))
      else faults.push({ line: at + 1, why })
      at = end
    }
  }
  return { outputs, faults }
}

function faultOf(name: string, value: string): string | undefined {
  // `__proto__` would not come through: those who read JSON carefully refuse it.
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name.length > maxNameLength || name === '__proto__') {
    return `has no name of ${maxNameLength} letters, digits and _ at the most in front`
  }
  return Buffer.byteLength(value) > maxValueBytes ? 'has a value of more than 16 KiB' : undefined
}

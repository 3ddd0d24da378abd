import type { Terminal } from '../terminal.ts'

/** A terminal that keeps what was written. */
export interface PaperTerminal extends Terminal {
  /** Standard output so far. */
  readonly output: () => string
  /** Standard error so far. */
  readonly remarks: () => string
}

export function openPaperTerminal(looks: { readonly isLive?: boolean; readonly input?: string } = {}): PaperTerminal {
  const output: Buffer[] = []
  const remarks: string[] = []
  return {
    print: (line) => void output.push(Buffer.from(`${line}\n`)),
    remark: (line) => void remarks.push(line),
    write: async (chunk) => void output.push(Buffer.from(chunk)),
    status: () => undefined,
    confirm: async () => false,
    readSecret: async () => looks.input ?? '',
    paint: (_, text) => text,
    isLive: looks.isLive ?? false,
    isInteractive: false,
    output: () => Buffer.concat(output).toString('utf8'),
    remarks: () => remarks.join('\n'),
  }
}

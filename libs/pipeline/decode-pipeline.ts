import { createProblemList, type PipelineProblem } from './problem-list.ts'

/** The text of a file, or why its bytes are none. */
export type DecodedPipeline = { readonly text: string } | { readonly problems: readonly PipelineProblem[] }

/** The text of a narwhal.yml, which must be UTF-8; else a problem at its first byte that is not. It throws for no bytes. */
export function decodePipeline(
  bytes: Uint8Array,
  { file = 'narwhal.yml' }: { readonly file?: string } = {},
): DecodedPipeline {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const at = firstReplaced(text, bytes)
  if (at === undefined) return { text }
  const problems = createProblemList(text, file)
  problems.add('PIPELINE_NOT_UTF8', at - (text.startsWith('\uFEFF') ? 1 : 0), {
    message: 'the file is not UTF-8 from here on',
    hint: 'Save it as UTF-8; editors call this the encoding of the file.',
  })
  return { problems: problems.inFileOrder() }
}

/** Where a character stands in `text` that replaces bytes which are none, and was not one of the file. */
function firstReplaced(text: string, bytes: Uint8Array): number | undefined {
  let byte = 0
  let from = 0
  for (let at = text.indexOf('\uFFFD'); at !== -1; at = text.indexOf('\uFFFD', at + 1)) {
    byte += Buffer.byteLength(text.slice(from, at))
    if (bytes[byte] !== 0xef || bytes[byte + 1] !== 0xbf || bytes[byte + 2] !== 0xbd) return at
    from = at
  }
  return undefined
}

/** One line of what an engine tells while it pulls, pushes or builds. */
export interface EngineProgress {
  /** Output of a build. */
  readonly text?: string
  /** Why it failed; then nothing more comes. */
  readonly error?: string
  /** The digest of what was built. */
  readonly imageId?: string
}

/** The most that one line may have; what does not end until then is no line of ours. */
const lineCap = 1024 ** 2

/** Reads the stream of JSON lines that an engine answers with. */
export async function* readProgress(stream: NodeJS.ReadableStream): AsyncGenerator<EngineProgress> {
  stream.setEncoding('utf8')
  let rest = ''
  for await (const part of stream) {
    const lines = `${rest}${part}`.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > lineCap) rest = ''
    for (const line of lines) yield progressOf(line)
  }
  yield progressOf(rest)
}

function progressOf(line: string): EngineProgress {
  const message = parse(line)
  const { stream, error, aux } = message
  return {
    ...(typeof stream === 'string' && { text: stream }),
    ...(typeof error === 'string' && { error }),
    ...(typeof aux?.ID === 'string' && { imageId: aux.ID }),
  }
}

interface Message {
  readonly stream?: unknown
  readonly error?: unknown
  readonly aux?: { readonly ID?: unknown } | null
}

function parse(line: string): Message {
  try {
    const message: unknown = JSON.parse(line)
    return typeof message === 'object' && message !== null ? message : {}
  } catch {
    return {} // an empty line
  }
}

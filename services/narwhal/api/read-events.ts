/** One server-sent event. `id` is the newest that the stream gave; `type` is `message` unless told. */
export interface StreamEvent {
  readonly type: string
  readonly id: string
  readonly data: string
}

/** Cuts a stream into server-sent events, as far as the HTML standard's format is used here: `event`, `id`, `data`, comments. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  let id = ''
  for await (const bytes of body) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = fieldsOf(block)
      id = fields.get('id') ?? id
      const data = fields.get('data')
      if (data !== undefined) yield { type: fields.get('event') ?? 'message', id, data }
    }
  }
}

function fieldsOf(block: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^([a-z]+)(?:: ?(.*))?$/.exec(line) ?? []
    if (name === undefined) continue
    const earlier = name === 'data' ? fields.get('data') : undefined
    fields.set(name, earlier === undefined ? value : `${earlier}\n${value}`)
  }
  return fields
}

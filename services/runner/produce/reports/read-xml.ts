import { SaxesParser } from 'saxes'
import { ReportFault } from './report-fault.ts'

/** What is told of an XML file as it is read. Names are without their namespace. */
export interface XmlReader {
  open(name: string, attributes: Readonly<Record<string, string>>): void
  text?(text: string): void
  close?(name: string): void
}

const chunkLength = 64 * 1024

/**
 * Reads an XML file. Nothing is expanded but the five entities of XML and characters by number; nothing is fetched: a
 * DOCTYPE that only names a DTD is passed over. Characters that XML forbids are let through: test reports quote terminals.
 *
 * @throws {ReportFault} when it is not well formed, or its DOCTYPE declares something.
 */
export function readXml(bytes: Uint8Array, reader: XmlReader): void {
  const parser = new SaxesParser({ xmlns: false, position: true })
  parser.on('error', ({ message }) => {
    if (!/disallowed character\.$|malformed character entity\.$/.test(message)) throw new ReportFault(message)
  })
  parser.on('doctype', (doctype) => {
    if (doctype.includes('[')) throw new ReportFault('its DOCTYPE declares something')
  })
  parser.on('opentag', ({ name, attributes }) => reader.open(localName(name), attributes))
  parser.on('closetag', ({ name }) => reader.close?.(localName(name)))
  if (reader.text !== undefined) {
    parser.on('text', reader.text)
    parser.on('cdata', reader.text)
  }
  const text = decode(bytes)
  for (let at = 0; at < text.length; at += chunkLength) parser.write(text.slice(at, at + chunkLength))
  parser.close()
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** By the byte order mark, else as the XML declaration says, else UTF-8. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200))
  const declared = /^\s*<\?xml[^>]*\bencoding=["']([\w.:-]+)["']/.exec(head)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(declared).decode(bytes)
  } catch {
    throw new ReportFault(`its encoding ${declared} is not known`)
  }
}

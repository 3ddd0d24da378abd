import type { Annotation } from '@narwhal/protocol'
import { type FileReport, maxReadLength, maxShown } from './file-report.ts'
import { parseSarif } from './parse-sarif.ts'
import { readXml } from './read-xml.ts'
import { ReportFault } from './report-fault.ts'

/**
 * Reads remarks about lines: SARIF (JSON) or checkstyle (XML).
 *
 * @throws {ReportFault}
 */
export function parseAnnotations(bytes: Uint8Array): FileReport {
  const head = new TextDecoder().decode(bytes.subarray(0, 100)).replace(/^\uFEFF/, '')
  const isXml = /^\s*</.test(head) || bytes[0] === 0xff || bytes[0] === 0xfe
  const annotations = isXml ? parseCheckstyle(bytes) : parseSarif(new TextDecoder().decode(bytes))
  return { annotations: annotations.slice(0, maxShown) }
}

const levels: Readonly<Record<string, Annotation['level']>> = { error: 'error', warning: 'warning', info: 'note' }

function parseCheckstyle(bytes: Uint8Array): readonly Annotation[] {
  const annotations: Annotation[] = []
  let root: string | undefined
  let path = ''
  readXml(bytes, {
    open(name, attributes) {
      root ??= rootOf(name)
      if (name === 'file') path = attributes['name'] ?? ''
      if (name !== 'error' || annotations.length === maxShown) return
      const severity = attributes['severity']?.toLowerCase() ?? 'error'
      if (severity === 'ignore') return
      const line = Number(attributes['line'])
      annotations.push({
        path: path.slice(0, maxReadLength),
        ...(Number.isSafeInteger(line) && line > 0 ? { line } : {}),
        level: levels[severity] ?? 'warning',
        message: (attributes['message'] ?? attributes['source'] ?? '').slice(0, maxReadLength),
      })
    },
  })
  return annotations
}

function rootOf(name: string): string {
  if (name === 'checkstyle') return name
  throw new ReportFault(`it is no checkstyle report: it begins with <${name.slice(0, 50)}>`)
}

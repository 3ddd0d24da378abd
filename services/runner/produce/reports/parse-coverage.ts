import type { FileReport } from './file-report.ts'
import { readXml } from './read-xml.ts'
import { ReportFault } from './report-fault.ts'

/**
 * Sums up a coverage file: lcov, or the XML of Cobertura, Clover or JaCoCo.
 *
 * @throws {ReportFault}
 */
export function parseCoverage(bytes: Uint8Array): FileReport {
  const head = new TextDecoder().decode(bytes.subarray(0, 100)).replace(/^\uFEFF/, '')
  const isXml = /^\s*</.test(head) || bytes[0] === 0xff || bytes[0] === 0xfe
  const { coveredLines, lines } = isXml ? parseXml(bytes) : parseLcov(bytes)
  if (coveredLines > lines) throw new ReportFault('it has more covered lines than lines')
  return { coverage: { coveredLines, lines } }
}

interface Sum {
  coveredLines: number
  lines: number
}

/** `LF` and `LH` of each file; counted from its `DA` lines where it leaves them out. */
function parseLcov(bytes: Uint8Array): Sum {
  const sum = { coveredLines: 0, lines: 0 }
  let file = emptyFile()
  let files = 0
  for (const line of new TextDecoder().decode(bytes).split(/\r?\n/)) {
    const [, key, value = ''] = /^(SF|DA|LF|LH):(.*)$/.exec(line) ?? []
    if (key === 'SF') file = emptyFile()
    if (key === 'DA') countLine(file.counted, /^\d+,(-?\d+)/.exec(value)?.[1])
    if (key === 'LF') file.found = countOf(value)
    if (key === 'LH') file.hit = countOf(value)
    if (line !== 'end_of_record') continue
    files += 1
    sum.lines += file.found ?? file.counted.lines
    sum.coveredLines += file.hit ?? file.counted.coveredLines
    file = emptyFile()
  }
  if (files === 0) throw new ReportFault('it is no lcov file, nor XML')
  return sum
}

interface LcovFile {
  readonly counted: Sum
  found?: number | undefined
  hit?: number | undefined
}

function emptyFile(): LcovFile {
  return { counted: { coveredLines: 0, lines: 0 } }
}

function countLine(sum: Sum, hits: string | undefined): void {
  sum.lines += 1
  if (Number(hits) > 0) sum.coveredLines += 1
}

function parseXml(bytes: Uint8Array): Sum {
  const path: string[] = []
  const counted: Sum = { coveredLines: 0, lines: 0 }
  let told: Sum | undefined
  readXml(bytes, {
    open(name, attributes) {
      path.push(name)
      const at = path.join('/')
      if (path.length === 1) checkRoot(name)
      if (at === 'coverage') told ??= sumOf(attributes['lines-covered'], attributes['lines-valid']) // Cobertura
      if (at === 'coverage/project/metrics') told ??= sumOf(attributes['coveredstatements'], attributes['statements']) // Clover
      if (at === 'report/counter' && attributes['type'] === 'LINE') told ??= jacocoSum(attributes)
      // Methods have the lines of their class again.
      if (at.endsWith('/class/lines/line')) countLine(counted, attributes['hits'])
    },
    close: () => void path.pop(),
  })
  return told ?? counted
}

function checkRoot(name: string): void {
  if (name !== 'coverage' && name !== 'report') {
    throw new ReportFault(`it is no coverage report: it begins with <${name.slice(0, 50)}>`)
  }
}

function jacocoSum({ missed, covered }: Readonly<Record<string, string>>): Sum | undefined {
  const sum = sumOf(covered, missed)
  return sum && { coveredLines: sum.coveredLines, lines: sum.coveredLines + sum.lines }
}

function sumOf(covered: string | undefined, lines: string | undefined): Sum | undefined {
  const sum = { coveredLines: countOf(covered), lines: countOf(lines) }
  return sum.coveredLines === undefined || sum.lines === undefined
    ? undefined
    : { coveredLines: sum.coveredLines, lines: sum.lines }
}

function countOf(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? ''
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : undefined
}

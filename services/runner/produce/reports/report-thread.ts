import { parentPort } from 'node:worker_threads'
import type { FileReport, ReportFile } from './file-report.ts'
import { parseAnnotations } from './parse-annotations.ts'
import { parseCoverage } from './parse-coverage.ts'
import { parseJunit } from './parse-junit.ts'
import { ReportFault } from './report-fault.ts'

// The thread of `open-report-reader.ts`: answers each file in its turn.
parentPort?.on('message', (file: ReportFile) => parentPort?.postMessage(read(file)))

function read({ kind, bytes }: ReportFile): FileReport {
  const parse = { junit: parseJunit, coverage: parseCoverage, annotations: parseAnnotations }[kind]
  try {
    return parse(bytes)
  } catch (error) {
    if (!(error instanceof ReportFault)) throw error
    return { fault: error.message }
  }
}

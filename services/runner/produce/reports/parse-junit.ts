import type { FailedTest } from '@narwhal/protocol'
import { type FileReport, maxReadLength, maxShown } from './file-report.ts'
import { readXml } from './read-xml.ts'
import { ReportFault } from './report-fault.ts'

type Attributes = Readonly<Record<string, string>>

/** A test case that is being read. */
interface Case {
  readonly name: string
  readonly suite: string
  outcome: 'passed' | 'failed' | 'skipped'
  message: string
  /** What stands in the element of the failure. */
  detail: string
}

/** Words of `status` and `result` for a test that did not run. */
const notRun = new Set(['notrun', 'skipped', 'disabled', 'ignored', 'suppressed'])

/**
 * Counts the tests of a JUnit file, of whichever of its dialects.
 *
 * @throws {ReportFault}
 */
export function parseJunit(bytes: Uint8Array): FileReport {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const failures: FailedTest[] = []
  const suites: string[] = []
  let durationMs: number | undefined
  let root: string | undefined
  let current: Case | undefined
  let inFailure = false

  const endCase = (ended: Case) => {
    counts[ended.outcome] += 1
    if (ended.outcome === 'failed' && failures.length < maxShown) failures.push(failedTest(ended))
  }

  readXml(bytes, {
    open(name, attributes) {
      root ??= rootOf(name)
      if (name === 'testsuite') suites.push(attributes['name'] ?? '')
      if (name === 'testcase') {
        current = caseOf(attributes, suites.at(-1) ?? '')
        const ms = milliseconds(attributes['time'])
        if (ms !== undefined) durationMs = (durationMs ?? 0) + ms
      }
      if (current === undefined) return
      if (name === 'skipped' && current.outcome === 'passed') current.outcome = 'skipped'
      if (name !== 'failure' && name !== 'error') return
      inFailure = current.outcome !== 'failed' // of several the first is told
      current.outcome = 'failed'
      if (inFailure) current.message = attributes['message'] ?? attributes['type'] ?? ''
    },
    text(text) {
      if (inFailure && current !== undefined && current.detail.length < maxReadLength) current.detail += text
    },
    close(name) {
      if (name === 'failure' || name === 'error') inFailure = false
      if (name === 'testsuite') suites.pop()
      if (name !== 'testcase' || current === undefined) return
      endCase(current)
      current = undefined
    },
  })
  const took = durationMs === undefined ? {} : { durationMs: Math.round(durationMs) }
  return { tests: { ...counts, ...took, failures } }
}

function rootOf(name: string): string {
  if (name === 'testsuites' || name === 'testsuite') return name
  throw new ReportFault(`it is no JUnit report: it begins with <${name.slice(0, 50)}>`)
}

function caseOf(attributes: Attributes, suiteName: string): Case {
  const name = attributes['name'] ?? ''
  const className = attributes['classname'] ?? ''
  const isNotRun = [attributes['status'], attributes['result']].some((word) => notRun.has(word?.toLowerCase() ?? ''))
  return {
    name,
    suite: className === '' || className === name ? suiteName : className,
    outcome: isNotRun ? 'skipped' : 'passed',
    message: '',
    detail: '',
  }
}

/** Seconds; large numbers may have commas between thousands. */
function milliseconds(seconds: string | undefined): number | undefined {
  const ms = Number(seconds?.replaceAll(',', '')) * 1_000
  return seconds !== undefined && seconds !== '' && Number.isFinite(ms) && ms >= 0 ? Math.min(ms, 1e12) : undefined
}

function failedTest({ name, suite, message, detail }: Case): FailedTest {
  const text = [message, detail].map((part) => part.trim()).filter((part) => part !== '')
  const whole = text[1]?.startsWith(text[0] ?? '') ? text[1] : text.join('\n')
  return {
    name: name.slice(0, maxReadLength) || '(no name)',
    ...(suite === '' ? {} : { suite: suite.slice(0, maxReadLength) }),
    ...(whole === undefined || whole === '' ? {} : { message: whole.slice(0, maxReadLength) }),
  }
}

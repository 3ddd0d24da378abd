import type { Annotation } from '@narwhal/protocol'
import { maxReadLength, maxShown } from './file-report.ts'
import { ReportFault } from './report-fault.ts'

/**
 * The results of a SARIF log, without those that are suppressed or say that all is well.
 *
 * @throws {ReportFault}
 * @see OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
 */
export function parseSarif(text: string): readonly Annotation[] {
  const annotations: Annotation[] = []
  for (const run of runsOf(text)) {
    const rules = new Map(listOf(at(run, 'tool', 'driver', 'rules')).map((rule) => [textOf(at(rule, 'id')), rule]))
    for (const result of listOf(at(run, 'results'))) {
      if (annotations.length === maxShown) return annotations
      if (isNoRemark(result)) continue
      const ruleId = textOf(at(result, 'ruleId')) ?? textOf(at(result, 'rule', 'id'))
      annotations.push(annotationOf(result, ruleId, rules.get(ruleId)))
    }
  }
  return annotations
}

function runsOf(text: string): readonly unknown[] {
  let log: unknown
  try {
    log = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new ReportFault('it is neither JSON (SARIF) nor XML (checkstyle)')
  }
  const runs = at(log, 'runs')
  if (Array.isArray(runs)) return runs
  throw new ReportFault('it is no SARIF log: it has no `runs`')
}

function isNoRemark(result: unknown): boolean {
  const kind = textOf(at(result, 'kind')) ?? 'fail'
  const suppressions = listOf(at(result, 'suppressions'))
  const isSuppressed = suppressions.some((one) => (textOf(at(one, 'status')) ?? 'accepted') === 'accepted')
  return ['pass', 'notApplicable', 'informational'].includes(kind) || isSuppressed
}

function annotationOf(result: unknown, ruleId: string | undefined, rule: unknown): Annotation {
  const location = at(listOf(at(result, 'locations'))[0], 'physicalLocation')
  const line = at(location, 'region', 'startLine')
  const level = textOf(at(result, 'level')) ?? textOf(at(rule, 'defaultConfiguration', 'level')) ?? 'warning'
  const said = textOf(at(result, 'message', 'text')) ?? textOf(at(rule, 'shortDescription', 'text')) ?? ''
  const message = ruleId === undefined ? said : `${said} (${ruleId})`.trim()
  return {
    path: pathOf(textOf(at(location, 'artifactLocation', 'uri')) ?? '').slice(0, maxReadLength),
    ...(typeof line === 'number' && Number.isSafeInteger(line) && line > 0 ? { line } : {}),
    level: level === 'error' || level === 'warning' ? level : 'note',
    message: message.slice(0, maxReadLength),
  }
}

/** A URI as a path; one that cannot be decoded stays as it is. */
function pathOf(uri: string): string {
  const path = uri.replace(/^file:\/\/(?:localhost)?(?=\/)/, '')
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  let found: unknown = value
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = Reflect.get(found, key)
  }
  return found
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

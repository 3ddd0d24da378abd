import type { Annotation, Reports } from '@narwhal/protocol'
import type { ProduceWork } from '../produce-work.ts'
import { tidyText } from '../tidy-text.ts'
import { type FileReport, maxShown, type TestCounts } from './file-report.ts'

const maxProblems = 20

/** What the report files of a job say together. */
export interface ReportSum {
  add(path: string, report: FileReport): void
  problem(text: string): void
  /** The whole, masked and cut. */
  reports(): Reports
}

/** A sum of nothing yet. */
export function openReportSum({
  masker,
  engine,
  directories,
}: Pick<ProduceWork, 'masker' | 'engine' | 'directories'>): ReportSum {
  const workspace = `${engine.insidePaths(directories).workspacePath}/`
  const tidy = (text: string) => tidyText(text, masker)
  const problems: string[] = []
  const annotations: Annotation[] = []
  let tests: TestCounts | undefined
  let coverage: Reports['coverage']
  let hasAnnotations = false

  return {
    add(path, report) {
      if ('fault' in report) problems.push(`${path}: ${report.fault}`)
      if ('tests' in report) tests = addTests(tests, report.tests)
      if ('coverage' in report) coverage = addCoverage(coverage, report.coverage)
      if (!('annotations' in report)) return
      hasAnnotations = true
      annotations.push(...report.annotations)
    },
    problem: (text) => void problems.push(text),
    reports: () => ({
      ...(tests === undefined ? {} : { tests: tidyTests(tests, tidy) }),
      ...(coverage === undefined ? {} : { coverage }),
      ...(hasAnnotations
        ? { annotations: annotations.slice(0, maxShown).map((one) => tidyAnnotation(one, { workspace, tidy })) }
        : {}),
      ...(problems.length === 0 ? {} : { problems: problems.slice(0, maxProblems).map(tidy) }),
    }),
  }
}

function addTests(sum: TestCounts | undefined, more: TestCounts): TestCounts {
  if (sum === undefined) return more
  const took = [sum.durationMs, more.durationMs].filter((ms) => ms !== undefined)
  return {
    passed: sum.passed + more.passed,
    failed: sum.failed + more.failed,
    skipped: sum.skipped + more.skipped,
    ...(took.length === 0 ? {} : { durationMs: took.reduce((one, other) => one + other, 0) }),
    failures: [...sum.failures, ...more.failures].slice(0, maxShown),
  }
}

function addCoverage(
  sum: Reports['coverage'],
  more: NonNullable<Reports['coverage']>,
): NonNullable<Reports['coverage']> {
  return { coveredLines: (sum?.coveredLines ?? 0) + more.coveredLines, lines: (sum?.lines ?? 0) + more.lines }
}

function tidyTests({ failures, ...counts }: TestCounts, tidy: (text: string) => string): NonNullable<Reports['tests']> {
  const tidied = failures.map(({ name, suite, message }) => ({
    name: tidy(name),
    ...(suite === undefined ? {} : { suite: tidy(suite) }),
    ...(message === undefined ? {} : { message: tidy(message) }),
  }))
  return { ...counts, failures: tidied }
}

/** Paths are shown from the workspace on, as git has them. */
function tidyAnnotation(
  { path, message, ...rest }: Annotation,
  { workspace, tidy }: { readonly workspace: string; readonly tidy: (text: string) => string },
): Annotation {
  const inside = path.startsWith(workspace) ? path.slice(workspace.length) : path.replace(/^\.\//, '')
  return { ...rest, path: tidy(inside), message: tidy(message) }
}

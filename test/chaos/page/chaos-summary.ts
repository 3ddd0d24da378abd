import type { ChaosResult } from '../run-chaos.ts'

/** One row for each check, the head first. */
export function rowsOf({ findings }: ChaosResult): readonly (readonly string[])[] {
  const rows = findings.map(({ invariant, says, checked, violations }) => [
    invariant,
    says,
    String(checked),
    violations.length === 0 ? '0' : `${violations.length} VIOLATED`,
  ])
  return [['', 'invariant', 'checked', 'violated'], ...rows]
}

/** What came of it in sentences. */
export function summaryOf(result: ChaosResult): readonly string[] {
  const { mode, seed, planned, kills, faults, figures, fsync, tookMs, findings } = result
  const violated = (...invariants: readonly string[]) =>
    findings
      .filter(({ invariant }) => invariants.includes(invariant))
      .reduce((sum, { violations }) => sum + violations.length, 0)
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')
  const untold = violated('I16')
  const jobs = figures['jobs'] ?? 0
  return [
    `${mode}, seed ${seed}: ${planned.commits} commits with ${planned.jobs} jobs, ${kills} kills, ${(tookMs / 1000).toFixed(0)} s until all was quiet.`,
    `${violated('I1')} lost, ${violated('I3', 'I8', 'I17')} double, ${violated('I11', 'I12')} log mismatch, ${violated('I14')} leftovers, ${untold === 0 ? 'all told' : `${untold} not told`}.`,
    `Faults: ${counts(faults)}.`,
    `Figures: ${counts(figures)}.`,
    `4 KiB are durable in ${fsync.p50Ms.toFixed(2)} ms (p99 ${fsync.p99Ms.toFixed(2)} ms).`,
    ...(result.isBroken
      ? []
      : [
          `None of ${jobs} jobs went wrong: the true rate is below 3/${jobs} = ${(300 / jobs || 0).toFixed(2)} % with 95 % confidence.`,
        ]),
    'The seed fixes the plan; the real world (timing, order) is another one each time.',
    'Not looked at from outside: I4 and I5 (their effect is I1), I19, I23.',
  ]
}

/** The invariants in words, as docs/guarantees.md has them. */
const words: Readonly<Record<string, string>> = {
  I0: 'the machines themselves go on: no error that nobody hears of, no end that does not come',
  I1: 'every delivery answered 2xx exists as exactly one event after any crash sequence',
  I2: 'every build traces to a delivery, a poll, a manual request, a resubmit or a sweep; nothing is invented',
  I3: 'k copies of one delivery (same id, or same body under other ids) → one build',
  I4: 'a message counted as confirmed was really in a queue',
  I5: 'for each message acked, its event row was committed before',
  I6: 'quiet: every build is terminal within attempts × (timeout + lease + grace)',
  I7: 'states move along the allowed graph; one terminal transition; terminal never changes',
  I8: 'at most one attempt accepted per job, and it was the current one',
  I9: 'attempt numbers go up by exactly 1; a write with an older number changes no row',
  I10: '`lost: fail` and `concurrency` jobs: lifetimes of two attempts never overlap',
  I11: 'stored log == expected bytes',
  I15: 'after the runner acknowledged a cancel no new step starts; containers dead ≤ 15 s',
  I16: 'every terminal build has a delivered report or a reason; never terminal → pending at the forge',
  I17: 'the same Idempotency-Key n times → one resubmit',
  I18: 'a runner never holds more than its slots; one attempt never on two runners',
  I19: 'no eligible runner idles > 5 s while an eligible job waits; no job starves',
  I20: 'memory, inbox, outbox, spool, timers come back to the baseline when quiet',
  I23: 'a wall-clock jump of ±1 h ends no lease early and reorders nothing',
  I24: 'one poisoned or huge message ends in quarantine, and delays nobody',
}

export function wordsOf(invariant: string): string {
  return words[invariant] ?? ''
}

import { acceptedIsKept } from './accepted-is-kept.ts'
import { acknowledgedIsKept } from './acknowledged-is-kept.ts'
import { cancelStops } from './cancel-stops.ts'
import { copiesAreOne } from './copies-are-one.ts'
import { everyBuildEnds } from './every-build-ends.ts'
import { leasesLast } from './leases-last.ts'
import { noOverlap } from './no-overlap.ts'
import { nobodyIdles } from './nobody-idles.ts'
import { nothingIsLeft } from './nothing-is-left.ts'
import { oneResult } from './one-result.ts'
import type { OpenOracle } from './oracle.ts'
import { outcomesAreTold } from './outcomes-are-told.ts'
import { poisonIsPutAside } from './poison-is-put-aside.ts'
import { sameKeyOnce } from './same-key-once.ts'
import { slotsAreKept } from './slots-are-kept.ts'
import { statesGoForward } from './states-go-forward.ts'
import { wholeLogs } from './whole-logs.ts'

/** Those that explain most come first: the first violation of a schedule is the one that is shown. */
export const allOracles: readonly OpenOracle[] = [
  ...[everyBuildEnds, acceptedIsKept, copiesAreOne, acknowledgedIsKept],
  ...[statesGoForward, oneResult, noOverlap, slotsAreKept, cancelStops],
  ...[wholeLogs, outcomesAreTold, sameKeyOnce, leasesLast, poisonIsPutAside, nobodyIdles, nothingIsLeft],
]

import { acceptedIsKept } from './accepted-is-kept.ts'
import { copiesAreOne } from './copies-are-one.ts'
import { everyBuildEnds } from './every-build-ends.ts'
import { oneResult } from './one-result.ts'
import type { OpenOracle } from './oracle.ts'
import { statesGoForward } from './states-go-forward.ts'

export const allOracles: readonly OpenOracle[] = [acceptedIsKept, copiesAreOne, everyBuildEnds, statesGoForward, oneResult]

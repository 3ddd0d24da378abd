import type { Evidence } from './evidence.ts'
import { type Finding, findingOf } from './finding.ts'

/** I1, I2, I3, I21: what was answered 2xx is there, once, and nothing else is. */
export function checkDeliveries({ pushes, builds, ledger, deeds }: Evidence): readonly Finding[] {
  const firsts = Map.groupBy(
    builds.filter(({ resubmitOf }) => resubmitOf === undefined),
    ({ commit }) => commit.sha,
  )
  const taken = new Set(
    ledger.entries('delivery').flatMap(({ sha, answer }) => (answer === 202 || answer === 200 ? [sha] : [])),
  )
  const shas = new Set(pushes.map(({ sha }) => sha))
  const copied = pushes.filter(({ sha, copies }) => taken.has(sha) && copies.length > 0)
  const wished = new Set(deeds.resubmits.flatMap(({ answers }) => answers))
  return [
    findingOf(
      'I1',
      'every commit that was answered 2xx has a build',
      pushes.filter(({ sha }) => taken.has(sha)),
      ({ sha }) => (firsts.has(sha) ? undefined : { what: `lost: no build of ${sha}`, about: [sha] }),
    ),
    findingOf('I2', 'every build is of a delivery or a resubmit', builds, ({ id, commit, resubmitOf, number }) => {
      const isKnown = resubmitOf === undefined ? shas.has(commit.sha) : wished.has(id)
      return isKnown ? undefined : { what: `invented: build #${number} of ${commit.sha}`, about: [id, commit.sha] }
    }),
    findingOf('I3', 'copies of a delivery make one build', copied, ({ sha }) => {
      const found = firsts.get(sha) ?? []
      return found.length <= 1
        ? undefined
        : { what: `double: ${found.length} builds of ${sha}`, about: [sha, ...found.map(({ id }) => id)] }
    }),
    findingOf('I1', 'every delivery was taken in the end', pushes, ({ sha }) =>
      taken.has(sha) ? undefined : { what: `never answered 2xx: ${sha}`, about: [sha] },
    ),
    findingOf(
      'I21',
      'a delivery is taken, or refused with 503, or not answered',
      ledger.entries('delivery'),
      (entry) => {
        const { answer, sha } = entry
        const isFine = typeof answer === 'string' || answer === 202 || answer === 200 || answer === 503
        return isFine ? undefined : { what: `${String(sha)} was answered ${String(answer)}`, about: [String(sha)] }
      },
    ),
  ]
}

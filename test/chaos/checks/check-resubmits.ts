import type { Evidence } from './evidence.ts'
import { type Finding, findingOf } from './finding.ts'

/** I17: the same key, however often and whoever died meanwhile, makes one build. */
export function checkResubmits({ deeds, builds }: Evidence): readonly Finding[] {
  return [
    findingOf('I17', 'an Idempotency-Key makes one resubmit', deeds.resubmits, ({ ofBuild, answers }) => {
      const made = builds.filter(({ resubmitOf }) => resubmitOf === ofBuild)
      const isOne = made.length === 1 && answers.every((answer) => answer === made[0]?.id)
      return isOne
        ? undefined
        : { what: `of ${ofBuild}: ${made.length} builds, answers ${answers.join(', ')}`, about: [ofBuild, ...answers] }
    }),
  ]
}

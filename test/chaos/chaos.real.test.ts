import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { chaosTable } from './page/chaos-table.ts'
import { runChaos } from './run-chaos.ts'

test.each(['embedded', 'cluster'] as const)(
  'sixty jobs end once, whole and told, though twelve times something is killed: %s',
  { timeout: 1_200_000 },
  async (mode) => {
    const seed = randomInt(2 ** 32)
    console.log(`pnpm chaos --mode ${mode} --jobs 60 --kills 12 --seed ${seed}`)

    const result = await runChaos({
      ...{ mode, seed, jobs: 60, kills: 12 },
      progress: () => undefined,
      signal: new AbortController().signal,
    })

    console.log(chaosTable(result))
    const violations = result.findings.flatMap((finding) => finding.violations.map(({ what }) => what))
    expect(violations).toEqual([])
    expect(result.kills).toBe(12)
  },
)

import { makeRepository } from '../../libs/git/test/make-repository.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { buildTimes, type BuildTimes, describeTimes } from './build-times.ts'
import { engineIsQuiet } from './engine-quiet.ts'
import type { BenchContext, Measured } from './measure.ts'
import { openForge } from './open-forge.ts'
import { median } from './quantile.ts'
import { timeScript } from './script-baseline.ts'
import { startNarwhal } from './start-narwhal.ts'

const files = { 'README.md': 'hello\n', 'a.txt': 'a\n', 'b/b.txt': 'b\n', 'c/c.txt': 'c\n' }
const command = 'cat README.md'

/** P1: a pushed commit in a container, cold: the image is on the machine, nothing else is ready. Alternated with the script. */
export const oneStepJob = {
  title: 'P1: webhook → outcome of a one-step container job',
  async run({ quick, print }: BenchContext): Promise<Measured> {
    const rounds = quick ? 3 : 15
    const image = await provideTestImage()
    await using repository = await makeRepository({ files })
    await repository.commit({ 'narwhal.yml': `image: ${image}\nrun: ${command}\n` })
    await using forge = await openForge()
    const options = { engine: 'docker:', slots: 2, source: repository.path, forgeUrl: forge.url } as const
    await using narwhal = await startNarwhal(options)

    const build = async (round: string, name?: string): Promise<BuildTimes> => {
      const sha = await repository.commit({ 'change.txt': round })
      await engineIsQuiet(narwhal.data)
      return buildTimes(sha, { narwhal, forge, name })
    }
    const script = async (round: string) => {
      await repository.commit({ 'change.txt': round })
      await engineIsQuiet(narwhal.data)
      return timeScript({ source: repository.path, image, commands: [command] })
    }
    await build('the first one opens connections and mirror')
    await script('the first one fills caches')

    const scripts: number[] = []
    const pushed: BuildTimes[] = []
    const unmirrored: BuildTimes[] = []
    for (let round = 0; round < rounds; round++) {
      scripts.push(await script(`script ${round}`))
      pushed.push(await build(`push ${round}`))
      unmirrored.push(await build(`new ${round}`, `engine-${round}`))
      print(`P1: round ${round + 1} of ${rounds}`)
    }
    const shared = { unit: 'ms', baseline: median(scripts), n: rounds } as const
    const of = (times: readonly BuildTimes[], end: 'outcomeMs' | 'statusMs') => median(times.map((one) => one[end]))
    return {
      rows: [
        {
          ...shared,
          id: 'P1',
          what: 'webhook → outcome, one-step container job, cold',
          value: of(pushed, 'outcomeMs'),
          goal: { ratioAtMost: 1.05 },
        },
        {
          ...shared,
          id: 'P1',
          what: 'the same, until the forge has the commit status',
          value: of(pushed, 'statusMs'),
          goal: 'for comparison',
        },
        {
          ...shared,
          id: 'P1',
          what: 'the same, a repository never seen before',
          value: of(unmirrored, 'outcomeMs'),
          goal: 'for comparison',
        },
      ],
      notes: ['Where the time of P1 goes (medians):', ...describeTimes(pushed)],
    }
  },
}

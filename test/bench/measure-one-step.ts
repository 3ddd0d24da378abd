import { type MadeRepository, makeRepository } from '../../libs/git/test/make-repository.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { buildTimes, type BuildTimes, describeTimes } from './build-times.ts'
import { engineIsQuiet } from './engine-quiet.ts'
import type { Measure } from './measure.ts'
import { type BenchForge, openForge } from './open-forge.ts'
import { median } from './quantile.ts'
import type { Row } from './row.ts'
import { timeScript } from './script-baseline.ts'
import { type BenchNarwhal, startNarwhal } from './start-narwhal.ts'

const files = { 'README.md': 'hello\n', 'a.txt': 'a\n', 'b/b.txt': 'b\n', 'c/c.txt': 'c\n' }
const command = 'cat README.md'

/** P1: a pushed commit in a container, cold: the image is on the machine, nothing else is ready. Alternated with the script. */
export const oneStepJob: Measure = {
  title: 'P1: webhook → outcome of a one-step container job',
  async run({ quick, print }) {
    const rounds = quick ? 3 : 15
    const image = await provideTestImage()
    await using repository = await makeRepository({ files })
    await repository.commit({ 'narwhal.yml': `image: ${image}\nrun: ${command}\n` })
    await using forge = await openForge()
    const options = { engine: 'docker:', slots: 2, source: repository.path, forgeUrl: forge.url } as const
    await using narwhal = await startNarwhal(options)
    const sample = openSampler({ repository, image, forge, narwhal })
    await sample.build('the first one opens connections and mirror')
    await sample.script('the first one fills caches')

    const samples: Samples = { scripts: [], pushed: [], unmirrored: [] }
    for (let round = 0; round < rounds; round++) {
      samples.scripts.push(await sample.script(`script ${round}`))
      samples.pushed.push(await sample.build(`push ${round}`))
      samples.unmirrored.push(await sample.build(`new ${round}`, `engine-${round}`))
      print(`P1: round ${round + 1} of ${rounds}`)
    }
    const notes = ['Where the time of P1 goes (medians):', ...describeTimes(samples.pushed)]
    return { rows: rowsOf(samples), notes }
  },
}

interface SamplerDeps {
  readonly repository: MadeRepository
  readonly image: string
  readonly forge: BenchForge
  readonly narwhal: BenchNarwhal
}

/** One sample of either side, each of a commit of its own. */
function openSampler({ repository, image, forge, narwhal }: SamplerDeps) {
  const commit = async (content: string) => {
    const sha = await repository.commit({ 'change.txt': content })
    await engineIsQuiet(narwhal.data)
    return sha
  }
  return {
    build: async (content: string, name?: string) => buildTimes(await commit(content), { narwhal, forge, name }),
    async script(content: string) {
      await commit(content)
      return timeScript({ source: repository.path, image, commands: [command] })
    },
  }
}

interface Samples {
  readonly scripts: number[]
  readonly pushed: BuildTimes[]
  readonly unmirrored: BuildTimes[]
}

function rowsOf({ scripts, pushed, unmirrored }: Samples): readonly Row[] {
  const shared = { id: 'P1', unit: 'ms', baseline: median(scripts), n: scripts.length } as const
  const outcome = (times: readonly BuildTimes[]) => median(times.map(({ outcomeMs }) => outcomeMs))
  const compared = { ...shared, goal: 'for comparison' } as const
  return [
    {
      ...shared,
      what: 'webhook → outcome, one-step container job, cold',
      value: outcome(pushed),
      goal: { ratioAtMost: 1.05 },
    },
    {
      ...compared,
      what: 'the same, until the forge has the commit status',
      value: median(pushed.map(({ statusMs }) => statusMs)),
    },
    { ...compared, what: 'the same, a repository never seen before', value: outcome(unmirrored) },
  ]
}

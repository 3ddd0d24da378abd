import { makeRepository } from '../../libs/git/test/make-repository.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { buildTimes, type BuildTimes, describeTimes } from './build-times.ts'
import { engineIsQuiet } from './engine-quiet.ts'
import type { Measure } from './measure.ts'
import { openForge } from './open-forge.ts'
import { median } from './quantile.ts'
import { timeDockerRuns } from './script-baseline.ts'
import { startNarwhal } from './start-narwhal.ts'

const commands = Array.from({ length: 10 }, (_, step) => `echo step ${step}`)

/** P4: a job of ten steps in the same image, whole, against ten `docker run`s and nothing else. */
export const tenSteps: Measure = {
  title: 'P4: a job of ten steps',
  async run({ quick, print }) {
    const rounds = quick ? 2 : 9
    const image = await provideTestImage()
    await using repository = await makeRepository()
    const steps = commands.map((command) => `  - ${command}`).join('\n')
    await repository.commit({ 'narwhal.yml': `image: ${image}\nsteps:\n${steps}\n` })
    await using forge = await openForge()
    const options = { engine: 'docker:', slots: 2, source: repository.path, forgeUrl: forge.url } as const
    await using narwhal = await startNarwhal(options)

    const [runs, builds]: [number[], BuildTimes[]] = [[], []]
    for (let round = 0; round <= rounds; round++) {
      await engineIsQuiet(narwhal.data)
      const runsMs = await timeDockerRuns(image, commands)
      const sha = await repository.commit({ 'change.txt': String(round) })
      await engineIsQuiet(narwhal.data)
      const times = await buildTimes(sha, { narwhal, forge, name: undefined })
      if (round === 0) continue // opens connections, fills caches
      runs.push(runsMs)
      builds.push(times)
      print(`P4: round ${round} of ${rounds}`)
    }
    const what = 'webhook → outcome, ten steps, against ten docker runs'
    const [value, baseline] = [median(builds.map(({ outcomeMs }) => outcomeMs)), median(runs)]
    return {
      rows: [{ id: 'P4', what, value, baseline, unit: 'ms', goal: { ratioAtMost: 0.25 }, n: rounds }],
      notes: ['Where the time of P4 goes (medians):', ...describeTimes(builds)],
    }
  },
}

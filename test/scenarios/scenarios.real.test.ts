import Docker from 'dockerode'
import { afterAll, beforeAll, test } from 'vitest'
import { present } from '../../services/runner/test/engine-fixture.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { isForHomeToo } from './is-for-home-too.ts'
import { playScenario } from './play-scenario.ts'
import { readScenarios } from './read-scenarios.ts'
import { startTheatre, type Theatre } from './start-theatre.ts'

// The scenarios that need no more than a shell, in real containers. The images that they name are the test image. Those of
// one build that can be played at home, too, are played by `exec-as-ci.real.test.ts`.

const scenarios = readScenarios().filter(
  (scenario) =>
    scenario.expected.engine === undefined && !(isForHomeToo(scenario) && scenario.expected.later === undefined),
)
const docker = new Docker()
const images = ['node:22', 'node:24', 'alpine:3']
const tagged: string[] = []
let theatre: Theatre | undefined

beforeAll(async () => {
  const image = docker.getImage(await provideTestImage())
  for (const name of images) {
    if (await isPresent(name)) continue
    const [repo = '', tag = ''] = name.split(':')
    await image.tag({ repo, tag })
    tagged.push(name)
  }
  theatre = await startTheatre({ engine: 'docker:', inRealTime: true })
})

afterAll(async () => {
  await theatre?.[Symbol.asyncDispose]()
  for (const name of tagged) await docker.getImage(name).remove({ noprune: true })
})

test.each(scenarios)('$name, in containers: $title', async (scenario) => {
  await playScenario(scenario, present(theatre))
})

function isPresent(name: string): Promise<boolean> {
  return docker
    .getImage(name)
    .inspect()
    .then(
      () => true,
      () => false,
    )
}

import { afterAll, beforeAll, test } from 'vitest'
import { present } from '../../services/runner/test/engine-fixture.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { lendName } from '../setup/stand-ins/lend-name.ts'
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
const belongings = new AsyncDisposableStack()
let theatre: Theatre | undefined

beforeAll(async () => {
  const image = await provideTestImage()
  for (const name of ['node:22', 'node:24', 'alpine:3']) belongings.use(await lendName(image, name))
  theatre = belongings.use(await startTheatre({ engine: 'docker:', inRealTime: true }))
})

afterAll(() => belongings.disposeAsync())

test.each(scenarios)('$name, in containers: $title', async (scenario) => {
  await playScenario(scenario, present(theatre))
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { present } from '../../services/runner/test/engine-fixture.ts'
import { playScenario } from './play-scenario.ts'
import { readScenarios } from './read-scenarios.ts'
import { startTheatre, type Theatre } from './start-theatre.ts'

// Each narwhal.yml of this folder is pushed, and its build compared with the file beside it.

let theatre: Theatre | undefined

beforeAll(async () => {
  theatre = await startTheatre({ engine: 'scripted:files', inRealTime: false })
})

afterAll(() => theatre?.[Symbol.asyncDispose]())

test.each(readScenarios())('$name: $title', async (scenario) => {
  await playScenario(scenario, present(theatre))
})

test('each scenario says in a sentence what it shows', () => {
  const speechless = readScenarios().filter(({ title }) => !/^[A-Z`[].*\.$/.test(title))

  expect(speechless.map(({ name, title }) => `${name}: ${title}`)).toEqual([])
})

import { systemClock } from '@narwhal/host'
import { beforeAll, expect, test } from 'vitest'
import { expectBuild } from '../scenarios/expect-build.ts'
import { isForHomeToo } from '../scenarios/is-for-home-too.ts'
import { readScenarios } from '../scenarios/read-scenarios.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { startTheatre, type Theatre } from '../scenarios/start-theatre.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { elapsed } from './elapsed.ts'
import { outcomeOf, type PlayedBuild } from './exec-as-ci/outcome-of.ts'
import { freshHome, openHome } from './exec-as-ci/homes.ts'
import { type PlayedAtHome, playAtHome } from './exec-as-ci/play-at-home.ts'
import { playInCi } from './exec-as-ci/play-in-ci.ts'
import { testImage } from './many-pushes.ts'

// Every scenario that needs no more than a shell runs on real containers twice: by a dispatcher and runners that are
// told of a push, and by `narwhal exec` in a working tree. Left out is what a working tree has no word for, and which jobs
// are `together` for a moment: how soon a container starts is the machine's business.

const scenarios = readScenarios().filter(isForHomeToo).map(onTestImage)
const inCi = new Map<string, PlayedBuild>()
/** What is not as its scenario says. */
const unlike = new Map<string, unknown>()
const atHome = new Map<string, PlayedAtHome>()
const limitMs = 900_000 // 78 builds twice, in containers, on a machine that may have other things to do

beforeAll(async () => {
  await provideTestImage()
  const took = elapsed()
  await playAllInCi()
  console.log(`${scenarios.length} scenarios in CI: ${took()}`)
  await playAllAtHome()
  console.log(`and at home: ${took()}`)
}, limitMs)

test.each(scenarios.filter(hasOneBuild))('$name, in containers: $title', ({ name }) => {
  expect(unlike.get(name)).toBeUndefined()
})

test.each(scenarios)('$name is the same at home: $title', ({ name }) => {
  const [ci, home] = [played(inCi, name), played(atHome, name)]

  expect(outcomeOf(home)).toEqual(outcomeOf(ci))
  expect(home.exitCode).toBe(['passed', 'skipped'].includes(ci.build.ending?.outcome ?? '') ? 0 : 1)
})

test('the program itself does as this file plays it', async () => {
  const [scenario] = scenarios.slice(0, 1)
  const again = await playAtHome(scenario ?? notThere('any scenario'), freshHome)

  expect(outcomeOf(again)).toEqual(outcomeOf(played(atHome, scenario?.name ?? '')))
  expect(again.exitCode).toBe(0)
})

test('most scenarios are compared', () => {
  expect(scenarios.length).toBeGreaterThan(60)
})

function played<T>(all: ReadonlyMap<string, T>, name: string): T {
  return all.get(name) ?? notThere(name)
}

function notThere(what: string): never {
  throw new RangeError(`${what} was not played`)
}

/** Of several builds the first one may end as it does because of those that come later. */
function hasOneBuild({ expected }: Scenario): boolean {
  return expected.later === undefined
}

function onTestImage({ pipeline, expected, ...scenario }: Scenario): Scenario {
  const replaced = (text: string) => text.replaceAll(/\b(?:node:(?:\d+|\$\{\{.*?\}\})|alpine:3)/g, testImage)
  const files = Object.entries(expected.given?.files ?? {}).map(([path, text]) => [path, replaced(text)] as const)
  const given = { ...expected.given, files: Object.fromEntries(files) }
  return { ...scenario, pipeline: replaced(pipeline), expected: { ...expected, given } }
}

async function playAllInCi(): Promise<void> {
  await using theatre = await startTheatre({ engine: 'docker:', inRealTime: true })
  const over = new AbortController()
  const timePasses = keepTimePassing(theatre, over.signal)
  await sideBySide([1, 2, 3, 4, 5, 6], async (scenario) => {
    const played = await playInCi(scenario, theatre)
    inCi.set(scenario.name, played)
    const expected = { ...scenario.expected, together: [] }
    await expectBuild(played.build, expected, theatre).catch((error: unknown) => unlike.set(scenario.name, error))
  })
  over.abort()
  await timePasses
}

async function keepTimePassing(theatre: Theatre, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await theatre.passTime()
    await systemClock.sleep(10)
  }
}

async function playAllAtHome(): Promise<void> {
  await using opened = new AsyncDisposableStack()
  const homes = Array.from({ length: 3 }, () => opened.use(openHome()))
  await sideBySide(homes, async (scenario, home) => void atHome.set(scenario.name, await playAtHome(scenario, home)))
}

/** Plays all scenarios, one at a time at each place. */
async function sideBySide<P>(
  places: readonly P[],
  play: (scenario: Scenario, place: P) => Promise<void>,
): Promise<void> {
  const waiting = scenarios.values()
  const playOn = async (place: P) => {
    for (const scenario of waiting) await play(scenario, place)
  }
  await Promise.all(places.map(playOn))
}

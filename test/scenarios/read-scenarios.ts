import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Compile } from 'typebox/compile'
import { type Scenario, ScenarioExpectation } from './scenario.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const expectation = Compile(ScenarioExpectation)

/** Every scenario of this folder, by number. */
export function readScenarios(): readonly Scenario[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .toSorted()
  return names.map((file) => readScenario(file.slice(0, -'.yml'.length)))
}

function readScenario(name: string): Scenario {
  const pipeline = readFileSync(`${folder}${name}.yml`, 'utf8')
  const expected: unknown = JSON.parse(readFileSync(`${folder}${name}.expected.json`, 'utf8'))
  if (!expectation.Check(expected)) {
    const faults = expectation.Errors(expected).map(({ instancePath, message }) => `${instancePath} ${message}`)
    throw new TypeError(`${name}.expected.json is not understood: ${faults.join('; ')}`)
  }
  return { name, title: titleOf(pipeline), pipeline, expected }
}

function titleOf(pipeline: string): string {
  const lines = /^(?:#.*\n)+/.exec(pipeline)?.[0] ?? ''
  return lines.replaceAll(/^# ?/gm, '').replaceAll('\n', ' ').trim()
}

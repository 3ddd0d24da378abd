import { Commit, Outcome, Outputs, Trust } from '@narwhal/protocol'
import { type Static, Type } from 'typebox'

// What a `.expected.json` says; README.md of this folder explains it to people. A key that is not here is a fault of the
// scenario, found before it runs.

const strict = { additionalProperties: false } as const
const text = Type.Optional(Type.String())
const texts = Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())]))
const list = Type.Optional(Type.Array(Type.String()))
const counts = Type.Optional(Type.Record(Type.String(), Type.Integer()))

/** The commit that is built, beside the narwhal.yml. */
const Given = Type.Object(
  {
    files: Type.Optional(Type.Record(Type.String(), Type.String())),
    branch: text,
    tag: text,
    message: text,
    author: text,
    trigger: Type.Optional(Commit.properties.trigger),
    base: text,
    trust: Type.Optional(Trust),
    inputs: Type.Optional(Type.Record(Type.String(), Type.String())),
    secrets: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  strict,
)
export type Given = Static<typeof Given>

/** How a job has ended; what is not said may be anything. */
const JobExpectation = Type.Object(
  {
    outcome: Outcome,
    code: text,
    says: texts,
    attempts: Type.Optional(Type.Integer()),
    runner: text,
    steps: list,
    log: text,
    logHas: texts,
    logLacks: texts,
    outputs: Type.Optional(Outputs),
    summary: text,
    artifacts: list,
    tests: counts,
    coverage: counts,
    annotations: list,
    notes: texts,
  },
  strict,
)
export type JobExpectation = Static<typeof JobExpectation>

/** What somebody does while the build runs. */
const Action = Type.Union([
  Type.Object({ approve: Type.String(), by: text }, strict),
  Type.Object({ cancel: Type.String() }, strict),
])
export type Action = Static<typeof Action>

const pairs = Type.Optional(Type.Array(Type.Array(Type.String(), { minItems: 2 })))

const ofBuild = {
  given: Type.Optional(Given),
  meanwhile: Type.Optional(Type.Array(Action)),
  outcome: Outcome,
  code: text,
  says: texts,
  jobs: Type.Optional(Type.Record(Type.String(), Type.Union([Outcome, JobExpectation]))),
  order: pairs,
  together: pairs,
}

/** One build. `early`: its commit comes while the one before it still runs. */
const BuildExpectation = Type.Object({ ...ofBuild, early: Type.Optional(Type.Boolean()) }, strict)
export type BuildExpectation = Static<typeof BuildExpectation>

/** The first build, and those that come after it. */
export const ScenarioExpectation = Type.Object(
  { engine: Type.Optional(Type.Literal('scripted')), ...ofBuild, later: Type.Optional(Type.Array(BuildExpectation)) },
  strict,
)
export type ScenarioExpectation = Static<typeof ScenarioExpectation>

/** A scenario with its files read. */
export interface Scenario {
  readonly name: string
  /** The comment that its narwhal.yml begins with. */
  readonly title: string
  readonly pipeline: string
  readonly expected: ScenarioExpectation
}

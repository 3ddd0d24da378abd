import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import { provideNodejsImage, providePostgresImage } from '../setup/stand-ins/images.ts'
import { exampleFiles } from './example-repository.ts'
import { type EndedBuild, pushed } from './pushed-build.ts'
import { type Cluster, startCluster } from './start-cluster.ts'
import { nothing, whatIsLeft } from './what-is-left.ts'

const opened = new AsyncDisposableStack()
let cluster: Cluster

beforeAll(async () => {
  const { url } = opened.use(await provideRabbitmq())
  const images = [...['22', '24'].map(provideNodejsImage), ...['17', '18'].map(providePostgresImage)]
  await Promise.all(images.map(async (image) => opened.use(await image)))
  cluster = opened.use(await startCluster({ amqpUrl: url, runners: 2, slots: 2 }))
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

/** What everybody sees first of narwhal.yml. */
const example = `image: node:24
cache: [~/.npm]
timeout: 15m

jobs:
  lint: npm ci && npm run lint

  test:
    matrix:
      node: [22, 24]
      db: ["postgres:17", "postgres:18"]
    image: node:\${{ matrix.node }}
    services:
      db:
        image: \${{ matrix.db }}
        env: { POSTGRES_PASSWORD: test }
        ready: pg_isready -U postgres
    env: { DATABASE_URL: postgres://postgres:test@db/postgres }
    steps:
      - npm ci
      - run: npm test
        timeout: 10m
    reports: { junit: reports/*.xml }

  build:
    needs: [lint]
    steps: [npm ci, npm run build]
    artifacts: [dist/**]

  deploy:
    needs: [build, test]
    if: branch == "main"
    environment: production
    concurrency: production
    secrets: [DEPLOY_TOKEN]
    run: ./ci/deploy.sh
`

const token = { name: 'DEPLOY_TOKEN', value: 'a-token-that-nobody-may-see' }

test('a pipeline with matrix, databases, reports, artifacts, cache, secret and deployment does all of it', async () => {
  await cluster.rest.setSecret('127.0.0.1/ada/example', token)
  const build = await pushed(cluster, 'example', { ...exampleFiles, 'narwhal.yml': example })

  const ended = await build.ends('passed')

  const cells = ['22', '24'].flatMap((node) => ['17', '18'].map((db) => `test (${node}, postgres:${db})`))
  expect(new Set(namesOf(ended))).toEqual(new Set(['plan', 'lint', ...cells, 'build', 'deploy']))
  for (const cell of cells) {
    expect(ended.job(cell).produced?.reports?.tests).toMatchObject({ passed: 2, failed: 0, skipped: 0 })
    expect(ended.job(cell).attempts[0]?.steps.map(({ name }) => name)).toEqual(['npm ci', 'npm test'])
  }
  expect(await ended.log('lint')).toContain('1 files looked at\n')
  expect(ended.job('build').produced?.artifacts?.files).toBe(2)
  const deploy = ended.job('deploy')
  expect(deploy).toMatchObject({ environment: 'production', needs: { length: 5 } })
  const others = [...cells, 'build'].map((name) => ended.job(name).finishedAt ?? Number.NaN)
  expect(deploy.startedAt).toBeGreaterThanOrEqual(Math.max(...others))
  const hash = createHash('sha256').update(token.value).digest('hex')
  expect(await ended.log('deploy')).toBe(`deploys <h1>Hello, world!</h1>\nwith ***, ${hash}  -\n`)
  const cached = [ended.job('build'), deploy].map(({ produced }) => produced?.notes?.[0])
  expect(cached).toEqual(cached.map(() => expect.stringMatching(/^cache ~\/\.npm: hit \(/)))
})

test.each([
  ['steps', 'image: node:24\nsteps:\n  - npm ci\n  - npm test\n', ['npm ci', 'npm test']],
  ['commands', 'image: node:24\nrun: npm ci && npm test\n', ['npm ci && npm test']],
])('the smallest file, of an image and %s, is a pipeline', async (name, text, steps) => {
  const build = await pushed(cluster, `smallest-${name}`, { ...exampleFiles, 'narwhal.yml': text })

  const ended = await build.ends('passed')

  expect(namesOf(ended)).toEqual(['plan', 'build'])
  expect(ended.job('build').attempts[0]?.steps.map((step) => step.name)).toEqual(steps)
  expect(await ended.log('build')).toContain('a greeting has a name')
})

test('every file that the page of narwhal.yml shows passes in a repository that has what it names', async () => {
  const shown = listingsOf('docs/narwhal-yml.md')
  for (const name of shown.keys()) await cluster.rest.setSecret(`127.0.0.1/ada/${name}`, token)

  const builds = [...shown].map(async ([name, text]) => {
    const build = await pushed(cluster, name, { ...exampleFiles, 'narwhal.yml': text })
    return build.ends('passed')
  })

  const ended = await Promise.all(builds)
  expect(ended.length).toBeGreaterThan(3)
  const logs = await Promise.all(ended.flatMap((build) => namesOf(build).slice(1).map(build.log)))
  const log = logs.join('')
  expect(log).toContain('announces Ada on main\n')
  expect(log).toContain('deploys 1.2.3\n')
  expect(log).not.toContain(token.value)
})

test('nothing of all this is left over once the runners have ended', async () => {
  const exits = await Promise.all(cluster.runners.map((runner) => runner.end()))

  expect(exits).toEqual([0, 0])
  expect(await whatIsLeft(cluster)).toEqual(nothing)
})

function namesOf({ view }: EndedBuild): readonly string[] {
  return view.jobs.map(({ name }) => name)
}

/** The pipelines of a page, with names for their repositories. Some leave out the image. */
function listingsOf(page: string): ReadonlyMap<string, string> {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  const shown = [...text.matchAll(/```yaml\n([^`]*)```/g)].map(([, listing]) => listing ?? '')
  const whole = shown.map((listing) => (/^(?:image|on):/m.test(listing) ? listing : `image: node:24\n${listing}`))
  return new Map(whole.map((listing, place) => [`listing-${place + 1}`, listing]))
}

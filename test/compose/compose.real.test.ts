import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BuildView } from '@narwhal/protocol'
import Docker from 'dockerode'
import { afterAll, beforeAll, expect, onTestFailed, test, vi } from 'vitest'
import { makeRepository, type MadeRepository } from '../../libs/git/test/make-repository.ts'
import { serveGit } from '../../libs/git/test/serve-git.ts'
import { clusterRest } from '../real/cluster-rest.ts'
import { elapsed } from '../real/elapsed.ts'
import { listVolumes, nothing, whatIsLeft } from '../real/what-is-left.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { providePostgresImage, provideRabbitmqImage } from '../setup/stand-ins/images.ts'
import { certificatesPath, provideDebianNodejsImage } from '../setup/stand-ins/provide-debian-nodejs-image.ts'
import { type Composition, openComposition } from './open-composition.ts'
import { keepPushing } from './keep-pushing.ts'

const opened = new AsyncDisposableStack()
const longMs = 30 * 60_000
let repository: MadeRepository
let forge: string
let runners: string
let project: Composition

beforeAll(async () => {
  const took = elapsed()
  await provideTestImage()
  const standIns = [
    provideRabbitmqImage('4-management-alpine'),
    providePostgresImage('18-alpine'),
    provideDebianNodejsImage('24-trixie-slim'),
  ]
  for (const standIn of standIns) opened.use(await standIn)
  console.log(`the base images are there after ${took()}`)

  repository = opened.use(await makeRepository())
  const git = opened.use(await serveGit(repository.path, { host: await hostAsContainersSeeIt() }))
  forge = new URL(git.url).hostname
  runners = await mkdtemp(join(tmpdir(), 'narwhal-compose-'))
  opened.defer(() => rm(runners, { recursive: true, force: true }))
  const NARWHAL_CLONE_URL_TEMPLATE = git.url.replace('/owner/name.git', '/{owner}/{name}.git')
  const settings = { NARWHAL_CLONE_URL_TEMPLATE, NARWHAL_GITHUB_API_URL: new URL(git.url).origin }
  project = opened.use(await openComposition({ root: runners, settings }))
}, longMs)
afterAll(() => opened.disposeAsync(), longMs)

test('Compose takes the shipped file', async () => {
  const names = await project.compose('config', '--services')

  expect(names.trim().split('\n').toSorted()).toEqual(['init', ...services].toSorted())
})

test('Compose says how to find the group of the socket where nobody has set it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'narwhal-compose-'))
  opened.defer(() => rm(root, { recursive: true }))
  const unset = await openComposition({ root, settings: { DOCKER_GROUP: '' } })

  await expect(unset.compose('config')).rejects.toThrow('stat -c %g /var/run/docker.sock')
})

test('the shipped Dockerfile builds', { timeout: longMs }, async () => {
  const took = elapsed()
  const registry = process.env['npm_config_registry'] ?? ''
  const ofMachine = [`NODE_EXTRA_CA_CERTS=${certificatesPath}`, `NPM_CONFIG_REGISTRY=${registry}`]

  await project.compose('build', ...ofMachine.flatMap((argument) => ['--build-arg', argument]), 'init')

  console.log(`the image was built in ${took()}`)
})

test('while pushes go on each container is killed and started again: every push becomes one build', {
  timeout: longMs,
}, async () => {
  onTestFailed(async () => console.log(await project.compose('logs', '--tail', '60')))
  const took = elapsed()
  const volumesBefore = await listVolumes()
  await project.compose('up', '--detach')
  console.log(`up after ${took()}`)
  const secret = await project.inside('agent', 'cat', '/run/narwhal/webhook-secret')
  const token = await project.inside('dispatcher-1', 'cat', '/run/narwhal/api-token')
  expect(await inspected()).not.toContain(secret.trim())
  expect(await inspected()).not.toContain(token.trim())
  await using rest = clusterRest(project.dispatcherUrls[1] ?? '', token.trim())
  const builds = () => rest.builds('owner/name')
  const pushes = keepPushing({ repository, agentUrl: project.agentUrl, secret: secret.trim(), pauseMs: 8_000 })
  await vi.waitFor(async () => expect((await builds()).filter(isFinished)).not.toEqual([]), patient)
  console.log(`the first build has ended after ${took()}`)

  for (const service of services) {
    await project.kill(service)
    const atKill = pushes.accepted.length
    await project.compose('up', '--detach')
    await vi.waitFor(() => expect(pushes.accepted.length).toBeGreaterThan(atKill), patient)
    console.log(`${service} was killed and is up again after ${took()}; ${pushes.accepted.length} pushes accepted`)
  }
  await pushes.end()
  await vi.waitFor(
    async () => expect((await builds()).map(outcomeOf)).toEqual(pushes.accepted.map(() => 'passed')),
    patient,
  )
  console.log(`all ${pushes.accepted.length} builds have ended after ${took()}`)

  expect((await builds()).map(({ commit }) => commit.sha).toSorted()).toEqual(pushes.accepted.toSorted())
  await vi.waitFor(
    async () => expect(await resultFiles()).toEqual((await builds()).map(resultFileOf).toSorted()),
    patient,
  )
  await project.compose('stop')
  const left = await whatIsLeft({
    runnerData: ['runner-1', 'runner-2'].map((name) => join(runners, name)),
    volumesBefore,
  })
  const ofProject = await project.things()
  expect({ ...left, volumes: left.volumes.filter((name) => !ofProject.volumes.includes(name)) }).toEqual(nothing)
  await project.compose('down', '--volumes')
  expect(await project.things()).toEqual({ containers: [], networks: [], volumes: [] })
  console.log(`all is gone again after ${took()}`)
})

const services = [
  ...['agent', 'rabbitmq', 'postgres', 'dispatcher-1', 'dispatcher-2'],
  ...['runner-1', 'runner-2', 'reporter'],
]

const patient = { timeout: 300_000, interval: 500 }

/** What everybody with access to the engine sees of the containers. */
async function inspected(): Promise<string> {
  const { containers } = await project.things()
  return JSON.stringify(await Promise.all(containers.map((id) => new Docker().getContainer(id).inspect())))
}

/** An address of this machine that containers reach, and nobody else. */
async function hostAsContainersSeeIt(): Promise<string> {
  const { IPAM } = await new Docker().getNetwork('bridge').inspect()
  const { Gateway, Subnet } = IPAM?.Config?.[0] ?? {}
  const first = Subnet?.replace(/\.0\/\d+$/, '.1') // Docker 20.10 does not always tell the gateway of its default bridge
  return Gateway ?? first ?? expect.fail('the default bridge of the engine has no address')
}

function isFinished({ state }: BuildView): boolean {
  return state === 'finished'
}

function outcomeOf({ state, ending }: BuildView): string {
  return ending?.outcome ?? state
}

async function resultFiles(): Promise<readonly string[]> {
  const found = await project.inside('reporter', 'find', '/var/lib/narwhal/results', '-name', '[0-9]*.json')
  return found
    .split('\n')
    .filter((path) => path !== '')
    .toSorted()
}

function resultFileOf({ commit, number }: BuildView): string {
  return `/var/lib/narwhal/results/${forge}/owner/name/${commit.sha}/${number}.json`
}

import { silentLog, systemClock } from '@narwhal/host'
import Docker from 'dockerode'
import { afterAll, beforeAll, expect } from 'vitest'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'
import { runnerLabel } from '../engine/docker/labels.ts'
import { openEngine } from '../engine/open-engine.ts'
import { testEngineContract } from './engine-contract.ts'
import { testRunnerId } from './engine-fixture.ts'
import { type FakeRegistry, openFakeRegistry } from './fake-registry.ts'
import { provideSidecarImages } from './provide-sidecar-images.ts'

const docker = new Docker()
let registry: FakeRegistry

beforeAll(async () => {
  registry = await openFakeRegistry()
})

// Hooks run last first: by then the engine of the contract is disposed.
afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  const filters = { label: [`${runnerLabel}=${testRunnerId}`] }
  expect(await docker.listContainers({ all: true, filters })).toEqual([])
  expect(await docker.listNetworks({ filters })).toEqual([])
})

testEngineContract(async () => {
  const { up, dying } = await provideSidecarImages()
  return {
    engine: openEngine('docker:', { clock: systemClock, log: silentLog(), dockerHost: process.env.DOCKER_HOST }),
    image: await provideTestImage(),
    missingImage: `${registry.host}/missing:1`,
    sidecars: { image: up, dyingImage: dying },
  }
})

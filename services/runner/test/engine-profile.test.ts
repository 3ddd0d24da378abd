import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { containerProfile } from '../engine/docker/container-profile.ts'
import { podmanProfile } from '../engine/docker/podman-profile.ts'
import { sidecarProfile } from '../engine/docker/sidecar-profile.ts'

const place = { runnerId: 'runner', attemptId: 'attempt', network: 'network' }
const spec = {
  image: 'busybox:1',
  env: { CI: 'true' },
  workspacePath: '/attempts/1/workspace',
  spoolPath: '/attempts/1/spool',
  leasePath: '/attempts/1/lease',
}
const sidecar = { host: 'db', image: 'postgres:18', env: { POSTGRES_PASSWORD: 'test' } }
const image = { digest: '', user: '', env: [], hasHealthcheck: true, ports: [5432] }

test.each([
  ['steps', 'container-profile.golden.json', containerProfile(spec, place)],
  ['a sidecar', 'sidecar-profile.golden.json', sidecarProfile(sidecar, place, image)],
])('the profile of a container for %s is the one that was agreed', async (_, file, profile) => {
  const golden = await readFile(new URL(file, import.meta.url), 'utf8')

  expect(profile).toEqual(JSON.parse(golden))
})

test('only the resources that were asked for differ from the profile', () => {
  const resources = { memoryBytes: 1024, pids: 7, cpu: 1.5, diskBytes: 4096 }

  const { HostConfig } = containerProfile({ ...spec, resources }, place)

  expect(HostConfig).toEqual({
    ...containerProfile(spec, place).HostConfig,
    Memory: 1024,
    MemorySwap: 1024,
    PidsLimit: 7,
    NanoCpus: 1_500_000_000,
    StorageOpt: { size: '4096' },
  })
})

test('a privileged container has every right, but no other part of the host', () => {
  const { HostConfig } = containerProfile({ ...spec, privileged: true }, place)

  const rights = { Privileged: true, CapDrop: [], CapAdd: [], SecurityOpt: [] }
  expect(HostConfig).toEqual({ ...containerProfile(spec, place).HostConfig, ...rights })
})

test('Podman is asked for no init, and for a health check only where there is one', () => {
  const { Healthcheck: _, ...profile } = containerProfile(spec, place)
  const asked = sidecarProfile(sidecar, place, image)

  expect(podmanProfile(containerProfile(spec, place))).toEqual({
    ...profile,
    HostConfig: { ...profile.HostConfig, Init: false },
  })
  expect(podmanProfile(asked)).toEqual({ ...asked, HostConfig: { ...asked.HostConfig, Init: false } })
})

test('a sidecar whose pipeline says when it is ready is not asked for its health', () => {
  const { Healthcheck } = sidecarProfile({ ...sidecar, ready: 'pg_isready' }, place, image)

  expect(Healthcheck).toEqual({ Test: ['NONE'] })
})

test('a sidecar without a network asks for none', () => {
  const profile = sidecarProfile(sidecar, { ...place, network: 'none' }, image)

  expect(profile).not.toHaveProperty('NetworkingConfig')
  expect(profile.HostConfig).toMatchObject({ NetworkMode: 'none' })
})

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { containerProfile } from '../engine/docker/container-profile.ts'

const spec = {
  runnerId: 'runner',
  attemptId: 'attempt',
  image: 'busybox:1',
  env: { CI: 'true' },
  workspacePath: '/attempts/1/workspace',
  spoolPath: '/attempts/1/spool',
}

test('the profile is the one that was agreed', async () => {
  const golden = await readFile(new URL('container-profile.golden.json', import.meta.url), 'utf8')

  expect(containerProfile(spec, 'network')).toEqual(JSON.parse(golden))
})

test('only the limits that were asked for differ from the profile', () => {
  const limits = { memoryBytes: 1024, pids: 7, cpus: 1.5 }

  const { HostConfig } = containerProfile({ ...spec, limits }, 'network')

  expect(HostConfig).toEqual({
    ...containerProfile(spec, 'network').HostConfig,
    Memory: 1024,
    MemorySwap: 1024,
    PidsLimit: 7,
    NanoCpus: 1_500_000_000,
  })
})

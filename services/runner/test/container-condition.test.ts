import type Docker from 'dockerode'
import { expect, test } from 'vitest'
import { conditionOf } from '../engine/docker/container-condition.ts'
import { leaseOverCode } from '../engine/docker/wait-for-lease.ts'

const image = 'busybox:1'
const ended = (code: string) => ({ state: 'ended', problem: { code } })

test.each([
  ['runs', { Running: true, ExitCode: 0, OOMKilled: false }, { state: 'running', oomKilled: false }],
  [
    'runs, though a child of its steps found no memory',
    { Running: true, ExitCode: 0, OOMKilled: true },
    { state: 'running', oomKilled: true },
  ],
  ['found no memory', { Running: false, ExitCode: 137, OOMKilled: true }, { state: 'out-of-memory' }],
  ['ended by itself', { Running: false, ExitCode: leaseOverCode, OOMKilled: false }, ended('LEASE_LOST')],
  [
    'ended by itself, after a child of its steps had found no memory',
    { Running: false, ExitCode: leaseOverCode, OOMKilled: true },
    ended('LEASE_LOST'),
  ],
  ['has no shell', { Running: false, ExitCode: 127, OOMKilled: false }, ended('IMAGE_WITHOUT_SHELL')],
  ['was killed', { Running: false, ExitCode: 137, OOMKilled: false }, ended('CONTAINER_GONE')],
])('what the engine says of a container that %s', async (_, state, condition) => {
  const inspect = async () => ({ State: state, Config: { Image: image } })
  const container = { inspect } as unknown as Docker.Container // nothing else of it is asked for

  expect(await conditionOf(container)).toMatchObject(condition)
})

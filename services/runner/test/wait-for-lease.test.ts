import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { leaseOverCode, waitForLease } from '../engine/docker/wait-for-lease.ts'

/**
 * The main process of a container, on this machine, with a `sleep` of its own that only counts how often it is called.
 *
 * @param uptime what it is told of the uptime, `none` when it cannot read it; absent: that of this machine.
 */
async function startWaiting(lease: string, uptime?: string) {
  await using undo = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-lease-'))
  undo.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }))
  const path = (name: string) => join(directory, name)
  /** It is never seen half written. */
  const says = async (name: 'left' | 'uptime', text: string) => {
    await writeFile(path('new'), `${text}\n`)
    await rename(path('new'), path(name))
  }
  await says('left', lease)
  if (uptime !== undefined && uptime !== 'none') await says('uptime', uptime)
  await writeFile(path('calls'), '')
  await writeFile(path('sleep'), `#!/bin/sh\nprintf . >> ${path('calls')}\n`)
  await chmod(path('sleep'), 0o755)
  const told = waitForLease.replaceAll('/narwhal-lease/left', path('left'))
  const script = uptime === undefined ? told : told.replaceAll('/proc/uptime', path('uptime'))
  const child = spawn('sh', ['-c', script], { env: { PATH: `${directory}:${process.env['PATH']}` }, stdio: 'ignore' })
  const exited = once(child, 'exit')
  undo.defer(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const pauses = async () => (await stat(path('calls'))).size
  const owned = undo.move()
  return {
    child,
    exited,
    pauses,
    says,
    losesUptime: () => rm(path('uptime')),
    async livesOn() {
      const before = await pauses()
      await expect.poll(pauses, { timeout: 10_000 }).toBeGreaterThan(before + 3)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('pauses that end at once are not taken for time', async () => {
  await using waiting = await startWaiting('1 300')

  await expect.poll(waiting.pauses, { timeout: 60_000 }).toBeGreaterThan(400)

  expect(waiting.child.exitCode).toBeNull()
})

test('once nobody renews the lease it ends, with a code of its own', async () => {
  await using waiting = await startWaiting('1 1')

  const [code] = await waiting.exited

  expect(code).toBe(leaseOverCode)
})

test('an uptime of less than a second is a number as well', async () => {
  await using waiting = await startWaiting('1 1', '0.08 0.05')
  await waiting.livesOn()

  await waiting.says('uptime', '1.08 0.05')
  const [code] = await waiting.exited

  expect(code).toBe(leaseOverCode)
})

test('where the uptime cannot be read it counts its pauses', async () => {
  await using waiting = await startWaiting('1 3', 'none')

  const [code] = await waiting.exited

  expect(code).toBe(leaseOverCode)
  expect(await waiting.pauses()).toBe(3)
})

test('an uptime that cannot be read any more does not end it', async () => {
  await using waiting = await startWaiting('1 100', '48100.46 54097.76')
  await waiting.livesOn()

  await waiting.losesUptime()
  const [code] = await waiting.exited

  expect(code).toBe(leaseOverCode)
  expect(await waiting.pauses()).toBeGreaterThanOrEqual(100)
})

test.each([
  ['the time for a renewal, once', '1 20', '1042.00 0'],
  ['no more time than the lease lasts', '1 5', '1035.00 0'],
])('a machine that wakes leaves the runner %s', async (_, lease, over) => {
  await using waiting = await startWaiting(lease, '1000.00 0')
  await waiting.livesOn()

  await waiting.says('uptime', '1030.00 0')
  await waiting.livesOn()
  await waiting.says('uptime', over)
  const [code] = await waiting.exited

  expect(code).toBe(leaseOverCode)
})

test('a machine that falls asleep after each renewal ends nothing', async () => {
  await using waiting = await startWaiting('1 20', '1000.00 0')
  await waiting.livesOn()
  await waiting.says('uptime', '1030.00 0')
  await waiting.livesOn()

  await waiting.says('left', '2 20')
  await waiting.livesOn()
  await waiting.says('uptime', '1060.00 0')

  await waiting.livesOn()
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { leaseOverCode, waitForLease } from '../engine/docker/wait-for-lease.ts'

/** The main process of a container, on this machine, with a `sleep` of its own that only counts how often it is called. */
async function startWaiting(lease: string) {
  await using undo = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-lease-'))
  undo.defer(() => rm(directory, { recursive: true, force: true }))
  const [left, calls, sleep] = ['left', 'calls', 'sleep'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ]
  await writeFile(left, lease)
  await writeFile(calls, '')
  await writeFile(sleep, `#!/bin/sh\nprintf . >> ${calls}\n`)
  await chmod(sleep, 0o755)
  const script = waitForLease.replaceAll('/narwhal-lease/left', left)
  const child = spawn('sh', ['-c', script], { env: { PATH: `${directory}:${process.env['PATH']}` }, stdio: 'ignore' })
  const exited = once(child, 'exit')
  undo.defer(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const owned = undo.move()
  return {
    child,
    exited,
    pauses: async () => (await stat(calls)).size,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('pauses that end at once are not taken for time', async () => {
  await using waiting = await startWaiting('1 300\n')

  await expect.poll(waiting.pauses, { timeout: 60_000 }).toBeGreaterThan(400)

  expect(waiting.child.exitCode).toBeNull()
})

test('once nobody renews the lease it ends, with a code of its own', async () => {
  await using waiting = await startWaiting('1 1\n')

  const [code] = await waiting.exited

  expect(code).toBe(leaseOverCode)
})

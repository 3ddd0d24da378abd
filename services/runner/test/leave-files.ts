import { randomUUID } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { silentLog, systemClock } from '@narwhal/host'
import { provideTestImage, testUserImage } from '../../../test/setup/provide-test-image.ts'
import { openEngine } from '../engine/open-engine.ts'
import { never, startTestAttempt } from './engine-fixture.ts'

// A program for `runAsOtherUser`: runs containers that leave files of other users, and removes their directories as the
// user that it is. Tells what could not be removed.

const script = [
  'mkdir -p /workspace/deep/er /narwhal/own/deep "/workspace/a b"',
  'touch /workspace/deep/er/file /narwhal/own/deep/file "/workspace/a b/.hidden"',
  'mkdir -m 1777 /workspace/sticky; touch /workspace/sticky/file',
  'mkdir -m 000 /workspace/closed',
  'ln -s /etc /workspace/link',
].join('\n')
const ends = {
  ended: async () => undefined,
  killed: async (attempt: Attempt) => attempt.container.kill(),
  'without chmod': async (attempt: Attempt) => void (await attempt.run('rm -f /bin/chmod || true', { index: 1 })),
  'full of processes': async (attempt: Attempt) => {
    const cancel = new AbortController()
    const bomb = attempt
      .run('while :; do sleep 1000 & done', { index: 1, signal: cancel.signal })
      .catch(() => undefined)
    await systemClock.sleep(2_000) // it fills while nobody can ask it whether it is full
    cancel.abort()
    await bomb
  },
}
type Attempt = Awaited<ReturnType<typeof startTestAttempt>>

const deps = { clock: systemClock, log: silentLog(), dockerHost: process.env['DOCKER_HOST'] }
const runnerId = `test-${randomUUID()}`
const rootImage = await provideTestImage()
const found: Record<string, string> = {}

await using engine = openEngine('docker:', deps)
for (const image of [rootImage, testUserImage]) {
  for (const [name, end] of Object.entries(ends)) {
    const attempt = await startTestAttempt(engine, image, { runnerId })
    await attempt.run(script)
    await end(attempt)
    await attempt.container[Symbol.asyncDispose]()
    found[`${image}, ${name}`] = await removal(attempt)
  }
}

const crashed = openEngine('docker:', deps)
const lost = await startTestAttempt(crashed, rootImage, { runnerId })
await lost.run(script)
await engine.removeLeftovers(runnerId, new Set())
found['of a former life'] = await removal(lost)
await crashed[Symbol.asyncDispose]()
console.log(JSON.stringify({ isRoot: process.getuid?.() === 0, found, signalled: never.aborted }))

async function removal({ spec }: Attempt): Promise<string> {
  const directory = dirname(spec.workspacePath)
  const logs = await stat(`${spec.spoolPath}/step-0.log`).then(() => 'logs kept', String)
  return rm(directory, { recursive: true }).then(() => `${logs}, all removed`, String)
}

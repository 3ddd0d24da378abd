import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineAddress, engineState, type SetupContext, startDockerd } from '@narwhal/cli/setup'
import { listEngineThings, removeNewEngineThings } from './engine-things.ts'

/**
 * The container engine of the tests: the one that answers on DOCKER_HOST or the default socket, which is left as it is;
 * else a dockerd of our own, as root. Ours is emptied of what the tests left, and ended, when disposed of.
 */
export async function openTestEngine(context: SetupContext): Promise<AsyncDisposable> {
  const { print, env, signal } = context
  await using made = new AsyncDisposableStack()
  if ((await engineState(engineAddress(env), signal)) === 'answers') {
    print('Container engine: the one that runs here.')
    return made.move()
  }
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-dockerd-'))
  made.defer(() => rm(folder, { recursive: true, force: true }))
  const dockerd = await startDockerd(join(folder, 'dockerd.log'), context)
  made.defer(async () => {
    await dockerd.stop()
    print('Container engine: our dockerd has ended.')
  })
  print(`Container engine: started dockerd (pid ${dockerd.pid}).`)
  const before = await listEngineThings()
  made.defer(() => removeNewEngineThings(before))
  return made.move()
}

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { aborted, openLog } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { CommandContext } from '../command-context.ts'
import { lockData } from '../data-lock.ts'
import { interruptedCode } from '../interrupted-code.ts'
import { prepareEngine } from '../prepare-engine.ts'
import { openHeadBuild } from '../progress/head-build.ts'
import { showProgress } from '../progress/show-progress.ts'
import { makeDemoRepository } from '../setup/make-demo-repository.ts'
import { startNarwhal } from '../up.ts'
import { provideSecrets, readUpConfig, type UpConfig } from '../up-config.ts'
import { demoRepository, lookOnce, type Watched, watchedRepository } from '../watched-repository.ts'
import { welcome } from '../welcome.ts'

export interface UpOptions {
  /** Make the demo repository and watch it; `watch` goes before. */
  readonly demo?: boolean
  /** A repository to watch. */
  readonly watch?: string
  /** End with the build of the head. */
  readonly once?: boolean
}

/** `narwhal up`: all services in this process, until somebody ends it or, with `once`, the head is built. */
export async function runUp(options: UpOptions, context: CommandContext): Promise<number> {
  try {
    return await runUntilEnd(options, context)
  } catch (error) {
    if (options.once !== true || !context.signal.aborted) throw error
    return interruptedCode(context.signal) // never 0: nothing passed
  }
}

async function runUntilEnd(options: UpOptions, context: CommandContext): Promise<number> {
  const { env, clock, terminal, signal } = context
  const settings = readUpConfig(env)
  await using opened = new AsyncDisposableStack()
  opened.use(await lockData(settings.data))
  const config = await provideSecrets(settings)
  const demo = options.demo === true && options.watch === undefined
  const choice = await chooseWatched(options, { config, demo }, context)
  await prepareEngine({ config, demo }, context)

  const log = openLog({ service: 'narwhal', level: config.logLevel, pretty: process.stderr.isTTY })
  const headBuild = openHeadBuild()
  const deps = {
    clock,
    log,
    dockerHost: env['DOCKER_HOST'],
    runtimeDirectory: env['XDG_RUNTIME_DIR'],
    path: env['PATH'],
    ...choice,
    onFound: headBuild.found,
  }
  const narwhal = opened.use(await startNarwhal(config, deps))
  for (const line of welcome({ config, url: narwhal.url, watched: choice.watched, demo })) terminal.print(line)
  const progress = opened.use(showProgress(narwhal, { config, terminal, clock, log }))

  const code =
    options.once === true ? await headBuild.run({ narwhal, progress, clock, signal }) : await untilStopped(signal)
  if (signal.aborted && progress.unfinished() > 0) {
    terminal.print('Stopping: what runs gets 25 seconds to end; the rest goes on at the next start.')
    await narwhal.drain()
  }
  return code
}

async function untilStopped(signal: AbortSignal): Promise<number> {
  await aborted(signal)
  return 0
}

interface Choice {
  readonly watched: readonly Watched[]
  readonly alsoCloned: readonly Watched[]
}

async function chooseWatched(
  { watch, once }: UpOptions,
  { config, demo }: { readonly config: UpConfig; readonly demo: boolean },
  { env, signal }: CommandContext,
): Promise<Choice> {
  const path = demo ? await makeDemoRepository({ dataDir: config.data, env, signal }) : join(config.data, 'demo')
  const demoWatched = { repository: demoRepository, url: path }
  const alsoCloned = await stat(path).then(
    () => [demoWatched],
    () => [],
  )
  if (watch === undefined && !demo) {
    if (once === true) throw problem('ONCE_WATCHES_NOTHING', 'There is no repository to watch')
    return { watched: [], alsoCloned }
  }
  const watched = watch === undefined ? demoWatched : watchedRepository(watch, config)
  const { head } = await lookOnce(watch ?? path, watched, signal)
  if (once === true && head === undefined) throw problem('WATCH_EMPTY', `${watch ?? path} has nothing to build`)
  return { watched: [watched], alsoCloned }
}

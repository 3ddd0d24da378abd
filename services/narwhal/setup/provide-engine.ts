import { type Clock, type Environment, systemClock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { engineAddress } from './engine-address.ts'
import { engineAdvice } from './engine-advice.ts'
import { engineState } from './engine-state.ts'
import { findProgram } from './find-program.ts'
import { installDebianPackages } from './install-debian-packages.ts'
import { type EngineSituation, planEngine } from './plan-engine.ts'
import { readSystem } from './read-system.ts'
import { startEngine } from './start-engine.ts'

/** docker.io with what it needs to pull, to run an init in containers and to make networks; recommended packages are left out. */
export const enginePackages = ['docker.io', 'tini', 'iptables', 'ca-certificates'] as const

export interface ProvideEngineOptions {
  /** Shows one line to the person who started us. */
  readonly print: (line: string) => void
  /** Asks a yes-or-no question. Called only when `interactive`. */
  readonly confirm: (question: string) => Promise<boolean>
  /** A person sits at a terminal and can be asked. */
  readonly interactive: boolean
  /** `false`: install and start nothing (NARWHAL_SETUP=0). */
  readonly setup: boolean
  /** Where `dockerd.log` goes when we have to start dockerd ourselves. */
  readonly dataDir: string
  /** DOCKER_HOST is read from it; the programs that are started inherit it. */
  readonly env: Environment
  readonly signal: AbortSignal
}

/**
 * Makes sure that a container engine answers on the socket of DOCKER_HOST or the default one.
 *
 * An installed one is started (as root); on Debian and Ubuntu, as root, a missing one is installed, after asking where
 * somebody can answer. The engine stays when Narwhal ends. May be called again at every start.
 *
 * @throws {ProblemError} ENGINE_MISSING with what to do on this system; ENGINE_NOT_STARTED; PACKAGES_MISSING.
 */
export async function provideEngine(options: ProvideEngineOptions, clock: Clock = systemClock): Promise<void> {
  const { print, confirm, interactive, dataDir, env, signal } = options
  const context = { print, env, clock, signal }
  const situation = await readSituation(options)
  const { system } = situation
  const plan = planEngine(situation)
  if (plan.action === 'use') return
  if (plan.action === 'advise') throw problem('ENGINE_MISSING', plan.advice)

  if (plan.action === 'install') {
    print(`No container engine answers here. docker.io of ${system.release.name} would be one.`)
    const mayInstall = !interactive || (await confirm('Install and start docker.io now?'))
    if (!mayInstall) throw problem('ENGINE_MISSING', engineAdvice(system, false))
    await installDebianPackages(enginePackages, context)
  }
  await startEngine({ system, dataDir }, context)
  print('The container engine answers.')
}

async function readSituation({ setup, env, signal }: ProvideEngineOptions): Promise<EngineSituation> {
  return {
    state: await engineState(engineAddress(env), signal),
    system: await readSystem(),
    isInstalled: (await findProgram('dockerd', env)) !== undefined,
    setup,
    dockerHost: env.DOCKER_HOST || undefined,
  }
}

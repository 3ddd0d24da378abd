import { engineAdvice, forbiddenAdvice } from './engine-advice.ts'
import type { EngineState } from './engine-state.ts'
import { descendsFrom } from './os-release.ts'
import type { System } from './read-system.ts'

export interface EngineSituation {
  readonly state: EngineState
  readonly system: System
  /** There is a `dockerd` on this machine. */
  readonly isInstalled: boolean
  /** Narwhal may install and start things (NARWHAL_SETUP). */
  readonly setup: boolean
  /** DOCKER_HOST, when it is set. */
  readonly dockerHost: string | undefined
}

export type EnginePlan =
  | { readonly action: 'use' | 'start' | 'install' }
  /** Nothing that we may do: a person has to. */
  | { readonly action: 'advise'; readonly advice: string }

/** What to do so that a container engine answers. An engine that a person named by DOCKER_HOST is never ours to start. */
export function planEngine({ state, system, isInstalled, setup, dockerHost }: EngineSituation): EnginePlan {
  if (state === 'answers') return { action: 'use' }
  if (state === 'forbidden') return advise(forbiddenAdvice(dockerHost ?? '/var/run/docker.sock'))
  if (dockerHost !== undefined) {
    return advise(`DOCKER_HOST is ${dockerHost}, and no engine answers there. Start it, or unset DOCKER_HOST.`)
  }
  const mayChange = setup && system.isRoot && system.platform === 'linux'
  if (mayChange && isInstalled) return { action: 'start' }
  if (mayChange && isDebian(system)) return { action: 'install' }
  return advise(engineAdvice(system, isInstalled))
}

/** Debian, Ubuntu, and what descends from them. */
export function isDebian({ platform, release }: System): boolean {
  return platform === 'linux' && (descendsFrom(release, 'debian') || descendsFrom(release, 'ubuntu'))
}

function advise(advice: string): EnginePlan {
  return { action: 'advise', advice }
}

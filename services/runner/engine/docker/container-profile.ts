import type Docker from 'dockerode'
import type { ContainerSpec } from '../engine.ts'
import { hostProfile } from './host-profile.ts'
import { attemptLabel, runnerLabel } from './labels.ts'
import { waitForLease } from './wait-for-lease.ts'

/** Whose a container is, and what it is in: the name of a network, or `none`. */
export interface ContainerPlace {
  readonly runnerId: string
  readonly attemptId: string
  readonly network: string
}

/**
 * What a container for steps is made of, as one golden file in the tests has it (docs/security.md says why).
 * Nothing that a pipeline says gets in here but the image, the environment, resources and, where the runner's owner
 * allows it, `privileged`.
 */
export function containerProfile(spec: ContainerSpec, place: ContainerPlace): Docker.ContainerCreateOptions {
  const { workspacePath, spoolPath, leasePath, privileged = false } = spec
  return {
    Image: spec.image,
    User: '0', // only waits and gives the workspace away; steps run as their own user
    Entrypoint: ['sh', '-c', waitForLease],
    Cmd: [],
    WorkingDir: '/workspace',
    Env: environment({ ...gitEnvironment, ...spec.env }),
    Labels: placeLabels(place),
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ...hostProfile(place.network, spec.resources),
      Mounts: [
        { Type: 'bind', Source: workspacePath, Target: '/workspace' },
        { Type: 'bind', Source: spoolPath, Target: '/narwhal' },
        ...(leasePath === undefined
          ? []
          : [{ Type: 'bind' as const, Source: leasePath, Target: '/narwhal-lease', ReadOnly: true }]),
      ],
      Init: true,
      ...(privileged && unconfined),
    },
  }
}

/** Labels by which a container is found again. */
export function placeLabels({ runnerId, attemptId }: ContainerPlace): Record<string, string> {
  return { [runnerLabel]: runnerId, [attemptLabel]: attemptId }
}

const unconfined = { Privileged: true, CapDrop: [], CapAdd: [], SecurityOpt: [] }

/** git refuses a repository of another user; the workspace is the runner's. */
const gitEnvironment = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '/workspace' }

/** Variables as the engine takes them. */
export function environment(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`)
}

import type Docker from 'dockerode'
import type { ContainerSpec } from '../engine.ts'
import { attemptLabel, runnerLabel } from './labels.ts'

/** How long the main process of a container waits for steps: the longest that every `sleep` takes. */
const foreverSeconds = 2_147_483_647

/**
 * What a container is made of, as one golden file in the tests has it (docs/security.md says why).
 * Nothing that a pipeline says gets in here but the image and the environment.
 */
export function containerProfile(spec: ContainerSpec, network: string): Docker.ContainerCreateOptions {
  return {
    Image: spec.image,
    User: '0', // only waits and gives the workspace away; steps run as the user of the image
    Entrypoint: ['sh', '-c', `exec sleep ${foreverSeconds}`],
    Cmd: [],
    WorkingDir: '/workspace',
    Env: environment({ ...gitEnvironment, ...spec.env }),
    Labels: { [runnerLabel]: spec.runnerId, [attemptLabel]: spec.attemptId },
    Healthcheck: { Test: ['NONE'] },
    HostConfig: hostConfig(spec, network),
  }
}

function hostConfig({ workspacePath, spoolPath, limits = {} }: ContainerSpec, network: string): Docker.HostConfig {
  const { memoryBytes = 2 * 1024 ** 3, pids = 512, cpus = 0 } = limits
  return {
    NetworkMode: network,
    Mounts: [
      { Type: 'bind', Source: workspacePath, Target: '/workspace' },
      { Type: 'bind', Source: spoolPath, Target: '/narwhal' },
    ],
    Init: true,
    CapDrop: ['ALL'],
    CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'],
    SecurityOpt: ['no-new-privileges'],
    Privileged: false,
    IpcMode: 'private',
    PublishAllPorts: false,
    Memory: memoryBytes,
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(cpus * 1e9),
    PidsLimit: pids,
    Ulimits: [
      { Name: 'nofile', Soft: 4096, Hard: 4096 },
      { Name: 'nproc', Soft: 4096, Hard: 4096 },
      { Name: 'core', Soft: 0, Hard: 0 },
    ],
    ShmSize: 64 * 1024 ** 2,
    LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } }, // steps log elsewhere: only a cap
    RestartPolicy: { Name: 'no' },
    AutoRemove: false,
  }
}

/** git refuses a repository of another user; the workspace is the runner's. */
const gitEnvironment = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '/workspace' }

/** Variables as the engine takes them. */
export function environment(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`)
}

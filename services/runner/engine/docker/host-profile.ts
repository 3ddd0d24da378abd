import type { Resources } from '@narwhal/pipeline'
import type Docker from 'dockerode'

/** What containers for steps and sidecars share: rights, limits, no part of the host. */
export function hostProfile(network: string, resources: Resources = {}): Docker.HostConfig {
  const { memoryBytes = 2 * 1024 ** 3, pids = 512, cpu = 0, diskBytes } = resources
  return {
    NetworkMode: network,
    CapDrop: ['ALL'],
    CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'],
    SecurityOpt: ['no-new-privileges'],
    Privileged: false,
    IpcMode: 'private',
    PublishAllPorts: false,
    Memory: memoryBytes,
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(cpu * 1e9),
    PidsLimit: pids,
    ...(diskBytes === undefined ? {} : { StorageOpt: { size: String(diskBytes) } }),
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

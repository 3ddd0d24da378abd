import type Docker from 'dockerode'
import type { SidecarSpec } from '../engine.ts'
import { type ContainerPlace, environment, placeLabels } from './container-profile.ts'
import { hostProfile } from './host-profile.ts'
import type { ImageDescription } from './images.ts'

/** A HEALTHCHECK is asked so often, in nanoseconds: engines wait half a minute before they ask first. */
const healthIntervalNs = 1e9

/**
 * What a sidecar is made of. Entry point, command, user and health check are those of its image; of the host it gets
 * nothing, not even the directories of the attempt.
 */
export function sidecarProfile(
  { host, image, env, resources, ready }: SidecarSpec,
  place: ContainerPlace,
  { hasHealthcheck }: ImageDescription,
): Docker.ContainerCreateOptions {
  const { network } = place
  const isAsked = hasHealthcheck && ready === undefined
  return {
    Image: image,
    Hostname: host,
    Env: environment(env),
    Labels: placeLabels(place),
    Healthcheck: isAsked ? { Interval: healthIntervalNs } : { Test: ['NONE'] },
    HostConfig: hostProfile(network, resources),
    ...(network !== 'none' && { NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [host] } } } }),
  }
}

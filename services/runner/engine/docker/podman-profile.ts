import type Docker from 'dockerode'

/** The same profile in Podman's words: its init is a package that may be missing, and it makes a timer of a health check that is none. */
export function podmanProfile(profile: Docker.ContainerCreateOptions): Docker.ContainerCreateOptions {
  const { Healthcheck, ...rest } = profile
  const isAsked = Healthcheck?.Test?.[0] !== 'NONE'
  return { ...rest, ...(isAsked && Healthcheck && { Healthcheck }), HostConfig: { ...rest.HostConfig, Init: false } }
}

import type Docker from 'dockerode'

// Where Podman (4.3, by its socket, as root) answers otherwise than Docker:
// 1. Its init is a package that may be missing; a health check that is none makes it look for systemd: both are left out.
// 2. It never tells the end of a detached exec, so execs are attached (run-exec.ts).
// 3. It says in other words that a container is gone, or not running (archive-problem.ts, run-exec.ts).
// 4. A link that is itself what is packed is packed as what it leads to, inside the container.
// 5. Sidecars have names only with netavark and aardvark-dns, not with its older networks.
// 6. It never says that a container ran out of memory; the relay of a step sees that by itself.
// 7. A registry on loopback counts as any other: without TLS it must be named in registries.conf.

/** The profile of a container in Podman's words. */
export function podmanProfile(profile: Docker.ContainerCreateOptions): Docker.ContainerCreateOptions {
  const { Healthcheck, ...rest } = profile
  const isAsked = Healthcheck !== undefined && Healthcheck.Test?.[0] !== 'NONE'
  return { ...rest, ...(isAsked && { Healthcheck }), HostConfig: { ...rest.HostConfig, Init: false } }
}

import type { Container, ContainerSpec } from '../engine.ts'
import { dockerContainer } from './docker-container.ts'
import { ownedContainer } from './owned-container.ts'
import type { StartDeps } from './started-container.ts'

/** A container for steps that a former life of the runner started. */
export async function adoptDockerContainer(id: string, spec: ContainerSpec, deps: StartDeps): Promise<Container> {
  const container = deps.docker.getContainer(id)
  const image = await deps.images.describe(spec.image)
  return dockerContainer(container, { ...deps, spec, image, owned: ownedContainer(container, deps) })
}

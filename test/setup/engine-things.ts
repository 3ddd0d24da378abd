import Docker from 'dockerode'

/** The ids of what an engine holds. */
export interface EngineThings {
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
  readonly images: readonly string[]
}

/** What the engine on DOCKER_HOST or the default socket holds now. */
export async function listEngineThings(): Promise<EngineThings> {
  const docker = new Docker()
  const containers = await docker.listContainers({ all: true })
  const networks = await docker.listNetworks()
  const { Volumes: volumes } = await docker.listVolumes()
  const images = await docker.listImages()
  return {
    containers: containers.map(({ Id }) => Id),
    networks: networks.map(({ Id }) => Id),
    volumes: volumes?.map(({ Name }) => Name) ?? [],
    images: images.map(({ Id }) => Id),
  }
}

/** Removes what the engine holds beyond `before`, containers first. */
export async function removeNewEngineThings(before: EngineThings): Promise<void> {
  const docker = new Docker()
  const now = await listEngineThings()
  await eachNew('containers', (id) => docker.getContainer(id).remove({ force: true, v: true }))
  await eachNew('networks', (id) => docker.getNetwork(id).remove())
  await eachNew('volumes', (name) => docker.getVolume(name).remove({ force: true }))
  await removeImages(docker, newOf('images'))

  function newOf(kind: keyof EngineThings): readonly string[] {
    const old = new Set(before[kind])
    return now[kind].filter((id) => !old.has(id))
  }
  async function eachNew(kind: keyof EngineThings, remove: (id: string) => Promise<unknown>): Promise<void> {
    await Promise.all(newOf(kind).map(remove))
  }
}

/** An image goes only after those that were made from it, and takes its unnamed parents with it. */
async function removeImages(docker: Docker, ids: readonly string[]): Promise<void> {
  for (let left = ids; left.length > 0; ) {
    const errors = new Map<string, { readonly statusCode?: number }>()
    for (const id of left) {
      await docker
        .getImage(id)
        .remove({ force: true })
        .catch((error: { readonly statusCode?: number }) => errors.set(id, error))
    }
    const kept = left.filter((id) => errors.has(id) && errors.get(id)?.statusCode !== 404)
    if (kept.length === left.length) throw errors.get(kept[0] ?? '')
    left = kept
  }
}

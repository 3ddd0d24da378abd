import type Docker from 'dockerode'

/** Each step of a build makes an image; so many are looked at afterwards. */
const atMost = 200

/** What the steps of a build leave behind. */
export interface BuildLeftovers {
  /** Notes the images that a piece of the output names. A command may print what it likes there. */
  note(text: string): void
  /** Removes those of them that came with this build and are of no use: without a tag, and nothing was made of them. Never rejects. */
  remove(): Promise<void>
}

/** To be called before the build: it looks at what is there. */
export async function watchBuildLeftovers(docker: Docker): Promise<BuildLeftovers> {
  const before = new Set(await idsOf(docker))
  const noted = new Set<string>()
  return {
    note(text) {
      const id = /^ ---> ([0-9a-f]{12})$/m.exec(text)?.[1]
      if (id !== undefined && noted.size < atMost) noted.add(id)
    },
    async remove() {
      for (const id of [...noted].reverse()) await removeUseless(docker, id, before).catch(() => undefined)
    },
  }
}

async function idsOf(docker: Docker): Promise<readonly string[]> {
  const images = await docker.listImages({ all: true }).catch(() => [])
  return images.map(({ Id }) => Id)
}

async function removeUseless(docker: Docker, id: string, before: ReadonlySet<string>): Promise<void> {
  const image = docker.getImage(id)
  const { Id, RepoTags } = await image.inspect()
  if (!before.has(Id) && RepoTags.length === 0) await image.remove() // the engine refuses where something was made of it
}

import Docker from 'dockerode'

// Images of the tests are kept under names of the tests' own. Only for the time of a test do they bear a name that people
// use, and only where no image of other people's has it: one that is there is used as it is. What a run that was killed has
// lent is known by its other name, and taken over.

const ownNames = 'narwhal-test/'

/** Lets the image `kept` be called `name` too, until disposed. Nothing happens where people have an image of that name. */
export async function lendName(kept: string, name: string): Promise<AsyncDisposable> {
  if (await isOfOthers(name)) return { [Symbol.asyncDispose]: async () => undefined }
  const docker = new Docker()
  const [repo = name, tag = 'latest'] = name.split(':')
  await docker.getImage(kept).tag({ repo, tag })
  return { [Symbol.asyncDispose]: () => docker.getImage(name).remove({ force: true, noprune: true }) }
}

/** Whether people of this machine have an image of that name. */
export async function isOfOthers(name: string): Promise<boolean> {
  const names = await namesOf(name)
  return names !== undefined && !names.some((each) => each.startsWith(ownNames))
}

/** Every name of the image that is called `name`, or `undefined` when there is none. */
export async function namesOf(name: string): Promise<readonly string[] | undefined> {
  return new Docker()
    .getImage(name)
    .inspect()
    .then(
      ({ RepoTags }) => RepoTags,
      () => undefined,
    )
}

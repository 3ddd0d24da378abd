import { createHash } from 'node:crypto'
import Docker from 'dockerode'

// A stand-in is kept under a name of the tests' own, so that it is made once; only for the time of a test does it bear the
// name that people use, and only where no image has that name: one that is there is used as it is.

/**
 * Sees that there is an image `name`. Disposing takes the name away, if it was given here.
 *
 * @param recipe  everything that the image is made of: another recipe makes another image.
 * @param make  makes the image under the name that it is given.
 */
export async function provideStandIn(
  name: string,
  { recipe, make }: { readonly recipe: unknown; readonly make: (name: string) => Promise<void> },
): Promise<AsyncDisposable> {
  if (await isThere(name)) return { [Symbol.asyncDispose]: async () => undefined }
  const digest = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12)
  const kept = `narwhal-test/${name}-${digest}`
  if (!(await isThere(kept))) await make(kept)
  const docker = new Docker()
  const [repo = name, tag = 'latest'] = name.split(':')
  await docker.getImage(kept).tag({ repo, tag })
  return { [Symbol.asyncDispose]: () => docker.getImage(name).remove({ force: true }) }
}

async function isThere(name: string): Promise<boolean> {
  return new Docker()
    .getImage(name)
    .inspect()
    .then(
      () => true,
      () => false,
    )
}

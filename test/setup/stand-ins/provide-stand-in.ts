import { createHash } from 'node:crypto'
import { isOfOthers, lendName, namesOf } from './lend-name.ts'

/**
 * Sees that there is an image `name`: one of other people's as it is, or a stand-in, which is made once and kept. Disposing
 * takes the name away, if it was given here.
 *
 * @param recipe  everything that the image is made of: another recipe makes another image.
 * @param make  makes the image under the name that it is given.
 */
export async function provideStandIn(
  name: string,
  { recipe, make }: { readonly recipe: unknown; readonly make: (name: string) => Promise<void> },
): Promise<AsyncDisposable> {
  const digest = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12)
  const kept = `narwhal-test/${name}-${digest}`
  if (!(await isOfOthers(name)) && (await namesOf(kept)) === undefined) await make(kept)
  return lendName(kept, name)
}

import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageBuild, StepDefinition } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'
import type { AttemptNetwork, Container } from '../engine/engine.ts'
import { checkTags } from './check-tags.ts'
import { fileBytes } from './file-bytes.ts'
import { packContext } from './image-context.ts'
import { imageKey } from './image-key.ts'
import { leftOutNote } from './left-out-note.ts'
import type { ProduceWork } from './produce-work.ts'
import { validateImage } from './validate-image.ts'

// 1. Nothing is tagged, and so nothing pushed, before it is validated: also an image that was built before, because the
//    runner may have died between. Only what a registry has under the tag has been validated for sure.
// 2. An untrusted commit neither pushes nor tags: a tag on the runner's engine is a name that other jobs start from.

export interface ImageBuildDeps {
  /** Where the workspace can be packed from. */
  readonly container: Container
  readonly network: AttemptNetwork
  readonly work: ProduceWork
  /** Takes what is to be read in the log of the step. */
  readonly output: (text: string) => void
}

/**
 * The built-in step `image`: builds, validates, tags and pushes.
 *
 * @throws IMAGE_PUSH_UNTRUSTED, IMAGE_TAG_INVALID, IMAGE_CONTEXT_INVALID, IMAGE_VALIDATE_FAILED, and what
 *   `AttemptNetwork.buildImage` and `BuiltImages` throw.
 */
export async function runImageBuild({ name, work: step }: StepDefinition, deps: ImageBuildDeps): Promise<void> {
  if ('run' in step) throw problem('RUNNER_ERROR', `The step "${name}" builds no image.`)
  const { work } = deps
  const isTrusted = work.offer.commit.trust !== 'untrusted'
  if (step.with.push && !isTrusted) {
    throw problem('IMAGE_PUSH_UNTRUSTED', `The step "${name}" pushes, and anybody may have written the commit.`)
  }
  checkTags(step.with.tags)
  const directory = join(work.directories.root, `image-${randomUUID()}`)
  await mkdir(directory)
  try {
    await buildIn(directory, step.with, { ...deps, isTrusted })
  } finally {
    await rm(directory, { recursive: true, force: true }).catch(() => undefined) // else it goes with the attempt
  }
}

type BuildDeps = ImageBuildDeps & { readonly isTrusted: boolean }

async function buildIn(directory: string, build: ImageBuild, deps: BuildDeps): Promise<void> {
  const { container, work, output, isTrusted } = deps
  const { engine, offer, signal } = work
  const path = join(directory, 'context.tar')
  const { workspacePath } = engine.insidePaths(work.directories)
  const { digest, leftOut } = await packContext(build, { container, workspacePath, path, signal })
  for (const note of leftOutNote('build context', leftOut)) output(`${note}\n`)
  const label = `narwhal.built=${imageKey(build, { digest, platform: engine.platform, commit: offer.commit })}`
  const pushed = await findPushed(label, build, deps)
  const image = pushed ?? (await provideBuilt({ directory, path, label }, build, deps))
  if (isTrusted) await tagAndPush(image, build, deps)
  else if (build.tags.length > 0) output('Not tagged: the commit is untrusted.\n')
}

/** The first tag, if its registry has this very image under it. */
async function findPushed(label: string, build: ImageBuild, deps: BuildDeps): Promise<string | undefined> {
  const { work, output, isTrusted } = deps
  const { engine, signal } = work
  const [tag] = build.tags
  if (!build.skip || !build.push || !isTrusted || tag === undefined) return undefined
  if ((await engine.built.find(label, { signal })) !== undefined) return undefined // it is here
  if ((await engine.built.find(label, { tag, signal })) === undefined) return undefined
  await engine.provideImage(tag, { signal })
  output(`Pushed before from the same files: ${tag}\n`)
  return tag
}

interface ContextPlace {
  readonly directory: string
  readonly path: string
  readonly label: string
}

/** The image, built if need be, and validated. */
async function provideBuilt(place: ContextPlace, build: ImageBuild, deps: BuildDeps): Promise<string> {
  const { network, work, output } = deps
  const { signal, engine } = work
  const known = build.skip ? await engine.built.find(place.label, { signal }) : undefined
  const { file, args, validate } = build
  const spec = { file, args, label: place.label, onOutput: output }
  const image = known ?? (await network.buildImage({ ...spec, context: fileBytes(place.path) }, { signal }))
  output(known === undefined ? `Built ${image}\n` : `Built before from the same files: ${image}\n`)
  if (validate === undefined) return image
  const directory = join(place.directory, 'validate')
  await validateImage(image, validate, { network, directory, output, signal })
  output('Validated\n')
  return image
}

async function tagAndPush(image: string, { tags, push }: ImageBuild, { work, output }: BuildDeps): Promise<void> {
  const { engine, signal } = work
  for (const tag of tags) {
    if (tag === image) continue
    await engine.built.tag(image, tag, { signal })
    output(`Tagged ${tag}\n`)
    if (!push) continue
    await engine.built.push(tag, { signal })
    output(`Pushed ${tag}\n`)
  }
}

import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { problem } from '@narwhal/protocol'
import { extract } from 'tar-stream'
import type { BuiltImages, ImageBuildSpec } from '../engine.ts'

/** Images that exist by their names alone, and those that were built. */
export interface ScriptedImages {
  readonly built: BuiltImages
  /** The digest of an image that is here, or can be pulled; absent: there is none. */
  digestOf(image: string): string | undefined
  build(spec: ImageBuildSpec, signal: AbortSignal): Promise<string>
}

interface BuiltImage {
  readonly label: string
  readonly tags: Set<string>
}

/**
 * Every image exists but `missing:…` and digests that nobody has built. Building reads the Dockerfile: its digest is
 * that of what it says, a `RUN false` or `RUN exit 1` in it fails. Everything can be pushed but `unpushable:…`.
 */
export function openScriptedImages(): ScriptedImages {
  const images = new Map<string, BuiltImage>()
  const pushed = new Map<string, { readonly digest: string; readonly label: string }>()
  const find = (image: string) => {
    const found = [...images].find(([digest, { tags }]) => digest === image || tags.has(image))
    return found && { digest: found[0], label: found[1].label, tags: found[1].tags }
  }
  const required = (image: string) => {
    const found = find(image)
    if (found === undefined) throw problem('ENGINE_REFUSED', `There is no image ${image}`)
    return found
  }
  return {
    digestOf(image) {
      const found = find(image)
      if (found !== undefined) return found.digest
      return isNamed(image, 'missing') || image.startsWith('sha256:') ? undefined : digest(image)
    },
    async build(spec, signal) {
      signal.throwIfAborted()
      const dockerfile = await readDockerfile(spec)
      signal.throwIfAborted()
      spec.onOutput(`${dockerfile}\n`)
      const failing = /^\s*RUN\s+(?:false|exit\s+[1-9]\d*)\s*$/im.exec(dockerfile)
      if (failing !== null) throw problem('IMAGE_BUILD_FAILED', `The command failed: ${failing[0].trim()}`)
      const made = digest(JSON.stringify([dockerfile, spec.args, spec.label]))
      images.set(made, images.get(made) ?? { label: spec.label, tags: new Set() })
      return made
    },
    built: {
      async find(label, { tag }) {
        const here = [...images].find(([, image]) => image.label === label)?.[0]
        const there = tag === undefined ? undefined : pushed.get(tag)
        return here ?? (there?.label === label ? there.digest : undefined)
      },
      async tag(image, tag) {
        if (!imageName.test(tag)) throw problem('ENGINE_REFUSED', `"${tag}" is no name of an image`)
        for (const { tags } of images.values()) tags.delete(tag)
        required(image).tags.add(tag)
      },
      async push(tag) {
        const image = find(tag)
        const pushes = image !== undefined && !/(?:^|\/)unpushable(?::|$)/.test(tag)
        if (!pushes) throw problem('IMAGE_PUSH_FAILED', `The image ${tag} could not be pushed`)
        pushed.set(tag, image)
      },
      async remove(image) {
        const found = find(image)
        if (found === undefined) return
        found.tags.delete(image)
        if (image === found.digest || found.tags.size === 0) images.delete(found.digest)
      },
    },
  }
}

/** Whether an image has this name, whatever its tag. */
export function isNamed(image: string, name: string): boolean {
  return image === name || image.startsWith(`${name}:`)
}

const imageName = /^(?:[\w.-]+(?::\d+)?\/)?[a-z0-9._/-]+(?::[\w][\w.-]{0,127})?$/

async function readDockerfile({ context, file }: ImageBuildSpec): Promise<string> {
  const entries = extract()
  entries.end(await buffer(Readable.from(context)))
  let found: string | undefined
  for await (const entry of entries) {
    const content = (await Array.fromAsync(entry)).join('')
    if (entry.header.name.replace(/^\.\//, '') === file) found = content
  }
  if (found === undefined) throw problem('IMAGE_BUILD_FAILED', `The context has no file ${file}`)
  return found
}

function digest(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

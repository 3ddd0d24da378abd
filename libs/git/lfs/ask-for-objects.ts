import { problem } from '@narwhal/protocol'
import type { LfsPointer } from './parse-lfs-pointer.ts'

/** Where an object is downloaded from, and what to say there. */
export interface LfsObject {
  readonly href: string
  readonly headers: Readonly<Record<string, string>>
}

const limitMs = 30_000
const contentType = 'application/vnd.git-lfs+json'

/** Asks the forge where objects are. @throws LFS_FAILED, or the reason of `signal`. */
export async function askForObjects(
  cloneUrl: string,
  pointers: readonly LfsPointer[],
  { token, signal }: { readonly token?: string | undefined; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, LfsObject>> {
  const url = `${cloneUrl.replace(/\/+$/, '').replace(/(?<!\.git)$/, '.git')}/info/lfs/objects/batch`
  const basic = token === undefined ? {} : { authorization: `Basic ${btoa(`x-access-token:${token}`)}` }
  const objects = pointers.map(({ oid, bytes: size }) => ({ oid, size }))
  const body = JSON.stringify({ operation: 'download', transfers: ['basic'], objects, hash_algo: 'sha256' })
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    headers: { accept: contentType, 'content-type': contentType, ...basic },
    body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
  }).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw problem('LFS_FAILED', `${url} does not answer.`, { cause })
  })
  if (!answer.ok) throw problem('LFS_FAILED', `${url} answered ${answer.status}.`)
  return objectsOf(await answer.json().catch(() => undefined))
}

/** Only what has a place to download it from. */
function objectsOf(answer: unknown): ReadonlyMap<string, LfsObject> {
  const objects = read(answer, 'objects')
  const found = Array.isArray(objects) ? objects : []
  return new Map(
    found.flatMap((object: unknown) => {
      const [oid, download] = [read(object, 'oid'), read(read(object, 'actions'), 'download')]
      const href = read(download, 'href')
      if (typeof oid !== 'string' || typeof href !== 'string') return []
      return [[oid, { href, headers: textsOf(read(download, 'header')) }] as const]
    }),
  )
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries(entries.flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])))
}

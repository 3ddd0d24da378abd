import { text } from 'node:stream/consumers'
import { type ServedGit, serveGit } from './serve-git.ts'

/** A git repository over HTTP whose large files can be asked for. */
export interface ServedLfs extends ServedGit {
  /** From now on every download answers this. */
  answerWith(content: string): void
}

/** @param objects SHA-256 of the content → content. */
export async function serveLfs(path: string, objects: Readonly<Record<string, string>>): Promise<ServedLfs> {
  let forged: string | undefined
  const served = await serveGit(path, {
    async onRequest(request, response) {
      const url = request.url ?? ''
      const base = `http://${request.headers.host}`
      if (url.endsWith('/info/lfs/objects/batch')) {
        const asked = JSON.parse(await text(request)) as { objects: readonly { oid: string; size: number }[] }
        const known = asked.objects.filter(({ oid }) => oid in objects)
        const found = known.map((one) => ({ ...one, actions: { download: { href: `${base}/lfs/${one.oid}` } } }))
        response.setHeader('content-type', 'application/vnd.git-lfs+json').end(JSON.stringify({ objects: found }))
        return true
      }
      if (!url.startsWith('/lfs/')) return false
      response.end(forged ?? objects[url.slice('/lfs/'.length)])
      return true
    },
  })
  return {
    ...served,
    answerWith(content) {
      forged = content
    },
  }
}

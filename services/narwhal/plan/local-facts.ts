import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { PlanRequest, PlanWants } from '@narwhal/pipeline'

/** Directories in which nobody keeps pipelines of their own. */
const passedBy = new Set(['.git', 'node_modules', 'vendor', 'target', '.venv'])

const mostFiles = 100_000

/** What a plan wants to know of a directory, as far as files on the disk can tell: no changes, no images. */
export async function findLocalFacts(
  directory: string,
  wants: PlanWants,
  { files }: PlanRequest,
): Promise<Partial<PlanRequest>> {
  const read = (wants.files ?? []).map(async (path) => ({ path, text: await readFile(join(directory, path), 'utf8') }))
  return {
    ...(wants.tree && { tree: await listFiles(directory) }),
    ...(wants.changes && { changes: 'all' as const }),
    ...(wants.images && { images: Object.fromEntries(wants.images.map((image) => [image, ''])) }),
    ...(wants.files && { files: [...files, ...(await Promise.all(read))] }),
  }
}

/** Links are not followed. */
async function listFiles(root: string): Promise<NonNullable<PlanRequest['tree']>> {
  const found: { path: string; mode: string; oid: string }[] = []
  const waiting = [root]
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (entry.isDirectory() && !passedBy.has(entry.name)) waiting.push(path)
      if (entry.isFile()) found.push({ path: relative(root, path), mode: '100644', oid: '' })
    }
    if (found.length > mostFiles) break
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

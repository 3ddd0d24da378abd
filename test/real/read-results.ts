import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildResult } from '@narwhal/reporter/result'
import { owner } from './start-cluster.ts'

/** The result files of a commit of `ada/NAME`, by their names. */
export async function readResults(
  results: string,
  { name, sha }: { readonly name: string; readonly sha: string },
): Promise<Readonly<Record<string, BuildResult>>> {
  const folder = join(results, '127.0.0.1', owner, name, sha)
  const files = await readdir(folder).catch(() => [])
  const read = files.map(async (file) => [file, parseResult(await readFile(join(folder, file), 'utf8'))] as const)
  return Object.fromEntries(await Promise.all(read))
}

function parseResult(text: string): BuildResult {
  return JSON.parse(text) as BuildResult // what is read is compared later
}

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundFiles } from './plan-first-pipeline.ts'

/** What is at the root of `directory`, as far as a first narwhal.yml depends on it. */
export async function findFiles(directory: string): Promise<FoundFiles> {
  const names = new Set(await readdir(directory))
  const packageJson = names.has('package.json') ? await readPackage(join(directory, 'package.json')) : undefined
  const makefile = ['GNUmakefile', 'makefile', 'Makefile'].find((name) => names.has(name))
  const makeTargets = makefile === undefined ? [] : targetsOf(await readFile(join(directory, makefile), 'utf8'))
  return { names, makeTargets, ...(packageJson === undefined ? {} : { packageJson }) }
}

async function readPackage(path: string): Promise<NonNullable<FoundFiles['packageJson']>> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'))
    const scripts: unknown =
      typeof content === 'object' && content !== null ? Reflect.get(content, 'scripts') : undefined
    if (typeof scripts !== 'object' || scripts === null) return {}
    return { scripts: Object.fromEntries(Object.entries(scripts).filter(([, script]) => typeof script === 'string')) }
  } catch {
    return {} // the first build will say what is wrong with it
  }
}

function targetsOf(makefile: string): readonly string[] {
  return makefile.split('\n').flatMap((line) => /^([A-Za-z][\w.-]*)\s*:(?!=)/.exec(line)?.[1] ?? [])
}

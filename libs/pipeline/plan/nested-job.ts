import { celLiteral, rewriteReferences } from '../expressions/rewrite-references.ts'
import type { CacheDefinition, JobTemplate, StepDefinition } from '../pipeline.ts'
import { mapExpressions } from './map-expressions.ts'

/**
 * A job of a nested file, as a job of the whole build: its key is `<dir>:<key>`; its directory, and every path and glob in
 * it, is below `dir`; and expressions read the jobs of its file by their new keys.
 *
 * @param own keys of the jobs of the same file, as the file has them.
 */
export function nestedJob(job: JobTemplate, dir: string, own: readonly string[]): JobTemplate {
  const renamed = mapExpressions(job, (expression) => renameReferences(expression, dir, own))
  const { paths, artifacts, reports } = renamed
  const below = (globs: readonly string[]) => globs.map((glob) => globBelow(dir, glob))
  return {
    ...renamed,
    key: nestedKey(dir, job.key),
    dir: pathBelow(dir, renamed.dir ?? '.'),
    steps: renamed.steps.map((step) => nestedStep(step, dir)),
    cache: renamed.cache.map((cache) => nestedCache(cache, dir)),
    ...(paths === undefined ? {} : { paths: below(paths) }),
    ...(artifacts === undefined ? {} : { artifacts: { ...artifacts, paths: below(artifacts.paths) } }),
    reports: {
      junit: below(reports.junit),
      coverage: below(reports.coverage),
      annotations: below(reports.annotations),
    },
  }
}

/** The key of a job of a nested file. */
export function nestedKey(dir: string, key: string): string {
  return dir === '' ? key : `${dir}:${key}`
}

function renameReferences(expression: string, dir: string, own: readonly string[]): string {
  return rewriteReferences(expression, (reference) => {
    if (reference.kind === 'changed') return `changed(${celLiteral(globBelow(dir, reference.glob))})`
    if (reference.kind !== 'output' && reference.kind !== 'outcome') return undefined
    if (!own.includes(reference.job)) return undefined
    const job = `needs[${celLiteral(nestedKey(dir, reference.job))}]`
    if (reference.kind === 'outcome') return `${job}.outcome`
    const output = `${job}.outputs[${celLiteral(reference.key)}]`
    return reference.isTest ? `has(${output})` : output
  })
}

function nestedStep(step: StepDefinition, dir: string): StepDefinition {
  const { work } = step
  return {
    ...step,
    ...(step.dir === undefined ? {} : { dir: pathBelow(dir, step.dir) }),
    work: 'run' in work ? work : { uses: 'image', with: { ...work.with, context: pathBelow(dir, work.with.context) } },
  }
}

function nestedCache(cache: CacheDefinition, dir: string): CacheDefinition {
  const { key } = cache
  return {
    ...cache,
    paths: cache.paths.map((path) => (/^[~/]/.test(path) ? path : pathBelow(dir, path))),
    ...(key === undefined || typeof key === 'string'
      ? {}
      : { key: { files: key.files.map((file) => globBelow(dir, file)) } }),
  }
}

function pathBelow(dir: string, path: string): string {
  const rest = path.replace(/^(?:\.\/)+/, '')
  return rest === '.' || rest === '' ? dir : `${dir}/${rest}`
}

function globBelow(dir: string, glob: string): string {
  return glob.startsWith('!') ? `!${pathBelow(dir, glob.slice(1))}` : pathBelow(dir, glob)
}

import { importsOf, packageFolder, resolveRelative, type Target, targetsOf } from './imports.ts'
import { isCode, isTest, type Source, type Violation } from './source.ts'

// services → {host, pipeline, queue, store, blobs, git} → protocol.
// 1. A lib imports protocol and nothing else of ours; protocol imports nothing of ours.
// 2. A service imports libs. Only services/narwhal (the composition root) and test/ import services.
// 3. Another package is imported by its name, never by a path; below its name only what its package.json exports.
//    Tests may take what other tests stand on: a file in a folder named test.
// 4. A package may use itself by name in its tests only.

const testPath = /(?:^|\/)test\//

/** Imports that cross a wall. */
export function brokenImports(sources: readonly Source[]): readonly Violation[] {
  const targets = targetsOf(sources)
  return sources.filter(isCode).flatMap((source) =>
    importsOf(source).flatMap(({ specifier, line }) => {
      const wrong = specifier.startsWith('.')
        ? wrongPath(source.path, specifier)
        : wrongPackage(source, specifier, targets)
      return wrong === undefined ? [] : [`${source.path}:${line} ${wrong}`]
    }),
  )
}

function wrongPath(from: string, specifier: string): string | undefined {
  const home = packageFolder(from)
  const target = resolveRelative(from, specifier)
  if (packageFolder(target) === home || (testPath.test(from) && testPath.test(target))) return undefined
  return `leaves its package by the path ${specifier}; import the other package by its name`
}

function wrongPackage(source: Source, specifier: string, targets: ReadonlyMap<string, Target>): string | undefined {
  if (!specifier.startsWith('@narwhal/')) return undefined
  const target = targets.get(specifier)?.folder
  if (target === undefined) return `imports ${specifier}, which no package.json exports`
  const home = packageFolder(source.path)
  if (target === home) return isTest(source) ? undefined : `imports its own package by name`
  return mayImport(home, target) ? undefined : `${home} may not import ${target}`
}

function mayImport(home: string, target: string): boolean {
  if (home === '' || home === 'services/narwhal') return true
  if (home === 'libs/protocol') return false
  return home.startsWith('libs/') ? target === 'libs/protocol' : target.startsWith('libs/')
}

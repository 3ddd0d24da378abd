import { posix } from 'node:path'
import { lineAt, type Source } from './source.ts'
import { child, nameOf, findSyntax } from './syntax.ts'

/** One import, re-export, dynamic import or imported type. */
export interface Import {
  readonly specifier: string
  readonly line: number
}

const importing = [
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]

/** Everything a file imports, in its order. */
export function importsOf(source: Source): readonly Import[] {
  return findSyntax(source, ...importing).flatMap((node) => {
    const specifier = nameOf(child(node, 'source') ?? child(node, 'argument'))
    return specifier === undefined ? [] : [{ specifier, line: lineAt(source.text, node.start) }]
  })
}

/** The folder of the package that holds `path`; '' for the root (test/ and tools/). */
export function packageFolder(path: string): string {
  return /^(?:libs|services)\/[^/]+/.exec(path)?.[0] ?? ''
}

/** The path that a relative `specifier` names. */
export function resolveRelative(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier))
}

/** What can be imported by name: the folder of the package and the file behind the name. */
export interface Target {
  readonly folder: string
  readonly entry: string
}

/** The targets of the tree by name (`@narwhal/queue`), from the `exports` of the package.json files. */
export function targetsOf(sources: readonly Source[]): ReadonlyMap<string, Target> {
  const manifests = sources.filter(({ path }) => /^(?:libs|services)\/[^/]+\/package\.json$/.test(path))
  return new Map(
    manifests.flatMap(({ path, text }) => {
      const { name, exports }: { name: string; exports?: Readonly<Record<string, string>> } = JSON.parse(text)
      const folder = packageFolder(path)
      return Object.entries(exports ?? {}).map(
        ([key, file]) => [posix.join(name, key), { folder, entry: posix.join(folder, file) }] as const,
      )
    }),
  )
}

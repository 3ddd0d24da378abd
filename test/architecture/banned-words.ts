import { exemptions } from './word-exemptions.ts'
import { isCode, isProduct, lineAt, type Source, type Violation } from './source.ts'
import { child, dotted, list, nameOf, findSyntax, type Syntax } from './syntax.ts'

/** Word in our names → what we say. Only words that mean nothing else in this tree; plurals count too. */
export const banned: Readonly<Record<string, string>> = {
  repo: 'repository',
  project: 'repository',
  scm: 'forge',
  vcs: 'forge',
  provider: 'forge',
  hook: 'webhook or delivery',
  revision: 'commit, ref or sha',
  changeset: 'commit',
  workflow: 'pipeline',
  task: 'job',
  execution: 'attempt',
  stage: 'step',
  phase: 'step',
  killed: 'cancelled',
  worker: 'runner',
  node: 'runner',
  executor: 'runner',
  scheduler: 'dispatcher',
  server: 'the name of the service',
  listener: 'agent',
  notifier: 'reporter',
  backend: 'engine',
  driver: 'engine',
  workdir: 'workspace',
  ping: 'heartbeat',
  keepalive: 'heartbeat',
  stalled: 'lost',
  zombie: 'lost',
  bus: 'queue',
  mq: 'queue',
  channel: 'queue',
  db: 'store',
  dao: 'store',
  credential: 'secret',
  handle: 'the verb of what it does',
  handler: 'the verb of what it does',
  process: 'the verb of what it does',
  processor: 'the verb of what it does',
  manage: 'the verb of what it does',
  manager: 'the noun of what it is',
  do: 'the verb of what it does',
  perform: 'the verb of what it does',
  util: 'the one idea of the file',
  helper: 'the one idea of the file',
  common: 'the one idea of the file',
  misc: 'the one idea of the file',
}

interface Name {
  readonly kind: 'file name' | 'export' | 'schema key' | 'metric'
  readonly name: string
  readonly path: string
  readonly line: number
}

/** Names of ours that use a word for which we have another. */
export function bannedNames(sources: readonly Source[]): readonly Violation[] {
  return sources
    .filter(isCode)
    .flatMap((source) => [
      ...fileNames(source),
      ...exportedNames(source),
      ...schemaKeys(source),
      ...metricNames(source),
    ])
    .flatMap(({ kind, name, path, line }) =>
      wordsOf(name)
        .filter((word) => word in banned && !isExempt(word, path))
        .map((word) => `${path}:${line} ${kind} \`${name}\` says "${word}"; we say ${banned[word]}`),
    )
}

/** `openDbPool`, `open-db-pool`, `OPEN_DB_POOLS` → open, db, pool; a plural becomes the word that is banned. */
export function wordsOf(name: string): readonly string[] {
  const parts = name.replaceAll(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2').split(/[^A-Za-z0-9]+/)
  return parts.map((part) => {
    const word = part.toLowerCase()
    const singular = word.endsWith('s') ? word.slice(0, -1) : word
    return !(word in banned) && singular in banned ? singular : word
  })
}

function isExempt(word: string, path: string): boolean {
  return exemptions.some((exempt) => exempt.word === word && path.startsWith(exempt.path))
}

function fileNames({ path }: Source): readonly Name[] {
  return path.split('/').map((name) => ({ kind: 'file name', name, path, line: 1 }))
}

function exportedNames(source: Source): readonly Name[] {
  return findSyntax(source, 'ExportNamedDeclaration').flatMap((node) => {
    const declaration = child(node, 'declaration')
    const declared = [declaration, ...list(declaration, 'declarations')].map((one) => child(one, 'id'))
    const names = [...declared, ...list(node, 'specifiers').map((one) => child(one, 'exported'))]
    return names.flatMap((name) => named(source, 'export', name))
  })
}

/** Keys of `Type.Object({ … })`, and tables and columns of migrations. */
function schemaKeys(source: Source): readonly Name[] {
  return findSyntax(source, 'CallExpression').flatMap((call) => {
    const callee = child(call, 'callee')
    const [first] = list(call, 'arguments')
    if (dotted(callee) === 'Type.Object') {
      return list(first, 'properties').flatMap((property) => named(source, 'schema key', child(property, 'key')))
    }
    const method = nameOf(child(callee, 'property')) ?? ''
    return /^(?:createTable|addColumn)$/.test(method) ? named(source, 'schema key', first) : []
  })
}

function metricNames(source: Source): readonly Name[] {
  if (!isProduct(source)) return []
  return findSyntax(source, 'Literal')
    .filter((literal) => /^narwhal_[a-z0-9_]+$/.test(nameOf(literal) ?? ''))
    .flatMap((literal) => named(source, 'metric', literal))
}

function named(source: Source, kind: Name['kind'], node: Syntax | undefined): readonly Name[] {
  const name = nameOf(node)
  if (name === undefined || node === undefined) return []
  return [{ kind, name, path: source.path, line: lineAt(source.text, node.start) }]
}

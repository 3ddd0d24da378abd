import { NamePart, problem, type Repository, repositoryKey } from '@narwhal/protocol'
import { checkCloneUrl } from './clone-url.ts'
import { fitsSchema } from './fits-schema.ts'

/**
 * Which repository a submodule's URL means: `../name` beside `parent`, or a URL with the same host as `parentUrl` and the
 * same owner: those of others may be private, and we may be able to read them. Only the name is taken from it; where that
 * is cloned from is the operator's word.
 *
 * @throws SUBMODULE_FOREIGN for another host or owner, or a URL that names no repository.
 */
export function submoduleRepository(url: string, parent: Repository, parentUrl: string): Repository {
  const parts = url.startsWith('../') || url.startsWith('./') ? relativeParts(url, parent) : partsOf(url, parentUrl)
  const [owner = '', name = ''] = parts ?? []
  const isNamed = parts?.length === 2 && fitsSchema(NamePart, owner) && fitsSchema(NamePart, name)
  if (isNamed && owner.toLowerCase() === parent.owner.toLowerCase()) return { host: parent.host, owner, name }
  const shown = JSON.stringify(url.replaceAll(/\/\/[^/]*@/g, '//***@').slice(0, 200))
  throw problem('SUBMODULE_FOREIGN', `A submodule of ${repositoryKey(parent)} is at ${shown}, which is not beside it.`)
}

function relativeParts(url: string, { owner, name }: Repository): readonly string[] | undefined {
  const parts = [owner, name]
  for (const part of url.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined
    if (part !== '..' && part !== '.' && part !== '') parts.push(withoutSuffix(part))
  }
  return parts
}

function partsOf(url: string, parentUrl: string): readonly string[] | undefined {
  const [own, its] = [hostAndPath(parentUrl), hostAndPath(url)]
  if (own === undefined || its === undefined || own.host !== its.host) return undefined
  return its.path.split('/').flatMap((part) => (part === '' ? [] : [withoutSuffix(part)]))
}

/** Absent for what has no host, such as a path. */
function hostAndPath(url: string): { readonly host: string; readonly path: string } | undefined {
  try {
    const checked = checkCloneUrl(url)
    if (checked.protocol === 'file') return undefined
    const { hostname: host, pathname: path } = new URL(checked.url)
    return { host, path }
  } catch {
    return undefined
  }
}

function withoutSuffix(part: string): string {
  return part.replace(/\.git$/, '')
}

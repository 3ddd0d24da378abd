import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Repository } from '@narwhal/protocol'
import { checkCloneUrl } from './clone-url.ts'

/**
 * The name under which Narwhal knows a repository that it watches by URL or path.
 *
 * `https://github.com/a/b.git` is `github.com/a/b`; a path is `local/PARENT DIRECTORY/NAME`. Characters that a name
 * cannot have become `-`.
 *
 * @throws CLONE_URL_INVALID
 */
export function repositoryOf(pathOrUrl: string): Repository {
  const isUrl = /^[^/.][^/]*:/.test(pathOrUrl)
  const { url, protocol } = checkCloneUrl(isUrl ? pathOrUrl : resolve(pathOrUrl))
  if (protocol === 'file') return localRepository(url.startsWith('file:') ? fileURLToPath(url) : url)
  const { host, pathname } = new URL(url)
  const parts = pathname.split('/').filter((part) => part !== '')
  const name = parts.pop() ?? ''
  return named(host, parts.join('-'), name)
}

function localRepository(path: string): Repository {
  const directory = basename(path) === '.git' ? dirname(path) : path.replace(/\/+$/, '')
  return named('local', basename(dirname(directory)), basename(directory))
}

function named(host: string, owner: string, name: string): Repository {
  return {
    host: safePart(host, 'unknown'),
    owner: safePart(owner, 'root'),
    name: safePart(name.replace(/\.git$/, ''), 'repository'),
  }
}

function safePart(text: string, otherwise: string): string {
  const safe = text
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 100)
  return /^\.{0,2}$/.test(safe) ? otherwise : safe
}

import { isAbsolute } from 'node:path'
import { NamePart, problem, type Repository } from '@narwhal/protocol'
import { fitsSchema } from './fits-schema.ts'

/** A URL (or absolute path) that git may fetch from, and the one protocol that git is allowed for it. */
export interface CloneUrl {
  readonly url: string
  readonly protocol: CloneProtocol
}

/** Protocols that Narwhal lets git use. A plain path is `file`. */
export type CloneProtocol = 'https' | 'http' | 'ssh' | 'file'

const safeHost = /^(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:.]+\])$/
const safeUser = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/

/**
 * The clone URL of `repository` by the template of the operator, in which `{owner}` and `{name}` are replaced.
 *
 * @throws CLONE_URL_INVALID
 */
export function resolveCloneUrl(template: string, { owner, name }: Repository): CloneUrl {
  const unsafe = [owner, name].find((part) => !fitsSchema(NamePart, part))
  if (unsafe !== undefined) throw invalid(unsafe, 'is not a name of an owner or a repository')
  return checkCloneUrl(template.replaceAll('{owner}', owner).replaceAll('{name}', name))
}

/**
 * `url`, checked: https, http, ssh (`git@host:path` too), file or an absolute path; no secrets in it.
 *
 * @throws CLONE_URL_INVALID
 */
export function checkCloneUrl(url: string): CloneUrl {
  if (/[\0-\x1f\x7f]/.test(url)) throw invalid(url, 'has control characters')
  if (isAbsolute(url)) return { url, protocol: 'file' }
  const [, user, host, path] = /^([^@/:\s]+)@([^@/:\s]+):\/?([^:\s]+)$/.exec(url) ?? []
  return checkUrl(user === undefined ? url : `ssh://${user}@${host}/${path}`)
}

function checkUrl(text: string): CloneUrl {
  const url = URL.canParse(text) && /^[a-z]+:\/\/[^\s\\#]*$/i.test(text) ? new URL(text) : undefined
  if (url === undefined) throw invalid(text, 'is neither a URL nor an absolute path')
  const protocol = url.protocol.slice(0, -1)
  switch (protocol) {
    case 'https':
    case 'http':
      if (url.username !== '' || url.password !== '') throw invalid(text, 'has a secret in it')
      if (!safeHost.test(url.hostname)) throw invalid(text, 'has a strange host')
      return { url: url.href, protocol }
    case 'ssh':
      if (url.password !== '') throw invalid(text, 'has a secret in it')
      if (url.username !== '' && !safeUser.test(url.username)) throw invalid(text, 'has a strange user')
      if (!safeHost.test(url.hostname)) throw invalid(text, 'has a strange host')
      return { url: url.href, protocol }
    case 'file':
      if (url.host !== '') throw invalid(text, 'names a host; write file:///path')
      return { url: text, protocol }
    default:
      throw invalid(text, `has the protocol ${protocol}`)
  }
}

function invalid(url: string, why: string) {
  const shown = url.replaceAll(/\/\/[^/]*@/g, '//***@').replaceAll(/[\0-\x1f\x7f]/g, '?')
  return problem('CLONE_URL_INVALID', `The clone URL "${shown.slice(0, 300)}" ${why}.`)
}

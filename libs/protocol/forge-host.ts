import { isNamePart } from './ids.ts'

/**
 * The host in the names of repositories for the base URL of GitHub's API: `github.com`, or that of a GitHub of one's own.
 *
 * @param githubApiUrl  an http or https URL.
 */
export function forgeHostOf(githubApiUrl: string): string {
  const { hostname } = new URL(githubApiUrl)
  return hostname === 'api.github.com' ? 'github.com' : hostname
}

/**
 * A URL of GitHub's API whose host can stand in the names of repositories, or what is wrong with it, as the end of the
 * sentence "NARWHAL_GITHUB_API_URL …".
 *
 * @param githubApiUrl  an http or https URL.
 */
export function checkForgeUrl(githubApiUrl: string): string | { readonly wrong: string } {
  if (isNamePart(forgeHostOf(githubApiUrl))) return githubApiUrl
  return {
    wrong: `is "${githubApiUrl}"; set one with a DNS name or an IPv4 address: its host becomes part of the names of repositories`,
  }
}

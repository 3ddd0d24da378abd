/** The host in the names of repositories for the base URL of GitHub's API: `github.com`, or that of an own GitHub. */
export function forgeHostOf(githubApiUrl: string): string {
  const { hostname } = new URL(githubApiUrl)
  return hostname === 'api.github.com' ? 'github.com' : hostname
}

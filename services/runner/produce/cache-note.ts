import { isProblem } from '@narwhal/protocol'

/** A line about a cache, for people. Of an error that is no problem only its code is told. */
export function cacheNote({ paths }: { readonly paths: readonly string[] }, what: string, error?: unknown): string {
  const named = `cache ${paths.join(', ')}: ${what}`
  if (error === undefined) return named
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unexpected error'
  return `${named}: ${isProblem(error) ? error.message : code}`
}

/** Which Linux this is. @see os-release(5) */
export interface OsRelease {
  /** `debian`, `ubuntu`, `fedora`, …; `linux` when the file does not say. */
  readonly id: string
  /** The systems it descends from, nearest first. */
  readonly like: readonly string[]
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string
}

/** Reads the text of /etc/os-release. Lines that are no assignment are left out, as the format asks. */
export function parseOsRelease(text: string): OsRelease {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, key, value] = /^\s*([A-Z0-9_]+)=(.*?)\s*$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) fields.set(key, unquoted(value))
  }
  return {
    id: fields.get('ID') ?? 'linux',
    like: fields.get('ID_LIKE')?.split(/\s+/).filter(Boolean) ?? [],
    name: fields.get('PRETTY_NAME') ?? fields.get('NAME') ?? 'Linux',
  }
}

/** Whether it is `family` or descends from it. */
export function descendsFrom({ id, like }: OsRelease, family: string): boolean {
  return id === family || like.includes(family)
}

function unquoted(value: string): string {
  const inner = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value
  return inner.replaceAll(/\\([\\"'$`])/g, '$1')
}

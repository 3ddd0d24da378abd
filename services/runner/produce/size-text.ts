const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** A number of bytes as people read it: `12 MiB`, `1.5 GiB`. */
export function sizeText(bytes: number): string {
  const exponent = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** exponent
  return `${value < 10 && exponent > 0 ? Number(value.toFixed(1)) : Math.round(value)} ${units[exponent]}`
}

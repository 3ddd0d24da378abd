const nameLength = 80

/** The first line that says something, cut; control characters and marks that turn the writing are left out. */
export function nameOfCommands(run: string): string {
  const line = run.split(/[\r\n\u2028\u2029]/).find((one) => one.trim() !== '') ?? ''
  const shown = line
    .slice(0, nameLength * 10)
    .replace(/(?![\u200c\u200d])\p{C}/gu, ' ')
    .trim()
  return Array.from(shown).slice(0, nameLength).join('').trimEnd() || 'run'
}

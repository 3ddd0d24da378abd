import { goalText, type JudgedRow } from './row.ts'

const head = ['', 'measure', 'value', 'baseline', 'ratio', 'goal', 'met', 'n'] as const

/** Rows as cells of text, the head first. */
export function cellsOf(rows: readonly JudgedRow[]): readonly (readonly string[])[] {
  const body = rows.map((row) => [
    row.id,
    row.what,
    `${figure(row.value)} ${row.unit}`,
    row.baseline === undefined ? '' : `${figure(row.baseline)} ${row.unit}`,
    row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} ×`,
    goalText(row),
    row.met === undefined ? '' : row.met ? 'yes' : 'NO',
    String(row.n),
  ])
  return [head, ...body]
}

/** Cells in aligned columns, for a terminal. */
export function alignedTable(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}

/** Cells as a table of Markdown. */
export function markdownTable([first = [], ...rest]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(first), line(first.map(() => '---')), ...rest.map(line)].join('\n')
}

/** Three significant digits. */
function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

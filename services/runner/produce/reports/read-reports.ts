import type { ReportsDefinition } from '@narwhal/pipeline'
import type { Reports } from '@narwhal/protocol'
import type { Container } from '../../engine/engine.ts'
import { fileGlobs } from '../globs.ts'
import { packBases } from '../pack-bases.ts'
import type { ProduceWork } from '../produce-work.ts'
import type { TarEntry } from '../read-entries.ts'
import { sizeText } from '../size-text.ts'
import type { ReportKind } from './file-report.ts'
import { openReportReader, type ReportReader } from './open-report-reader.ts'
import { openReportSum, type ReportSum } from './report-sum.ts'

const maxFiles = 100
const maxFileBytes = 10 * 1024 ** 2
/** So many files may end the thread that reads them; the others are not tried then. */
const maxUnanswered = 3

const kinds: readonly ReportKind[] = ['junit', 'coverage', 'annotations']

/**
 * Reads the report files in the workspace, secrets masked. A file that makes no sense is told among the problems.
 *
 * @returns nothing when no report is asked for.
 * @throws what `Container.packFiles` throws, and the reason of the signal.
 */
export async function readReports(
  definition: ReportsDefinition,
  container: Container,
  work: ProduceWork,
): Promise<Reports | undefined> {
  const wanted = kinds.filter((kind) => definition[kind].length > 0).map((kind) => wantedFiles(kind, definition[kind]))
  if (wanted.length === 0) return undefined
  const bases = fileGlobs(wanted.flatMap(({ texts }) => texts.filter((text) => !text.startsWith('!')))).bases
  const sum = openReportSum(work)
  await using reader = openReportReader(work)
  for await (const { entry, pathOf } of packBases(bases, container, work)) {
    const path = pathOf(entry.header.name)
    const files = path === undefined || !isFile(entry) ? undefined : wanted.find(({ keeps }) => keeps(path))
    if (path === undefined || files === undefined || ++files.count > maxFiles) continue
    await readFile({ path, kind: files.kind, entry }, reader, sum)
    if (reader.unanswered() < maxUnanswered) continue
    sum.problem('The report files behind these were not read.')
    break
  }
  for (const { kind, texts, count } of wanted) {
    if (count === 0) sum.problem(`${kind}: nothing matches ${texts.join(', ')}`)
    if (count > maxFiles) sum.problem(`${kind}: only the first ${maxFiles} files were read`)
  }
  return sum.reports()
}

interface WantedFiles {
  readonly kind: ReportKind
  readonly texts: readonly string[]
  readonly keeps: (path: string) => boolean
  /** How many were found. */
  count: number
}

function wantedFiles(kind: ReportKind, texts: readonly string[]): WantedFiles {
  return { kind, texts, keeps: fileGlobs(texts).keeps, count: 0 }
}

function isFile({ header }: TarEntry): boolean {
  return header.type === 'file' || header.type === 'contiguous-file'
}

interface FoundFile {
  readonly path: string
  readonly kind: ReportKind
  readonly entry: TarEntry
}

async function readFile({ path, kind, entry }: FoundFile, reader: ReportReader, sum: ReportSum): Promise<void> {
  const { size } = entry.header
  if (size > maxFileBytes) return sum.problem(`${path}: it has ${sizeText(size)}; 10 MiB is the most`)
  const bytes = new Uint8Array(size)
  let length = 0
  for await (const chunk of entry.body) {
    bytes.set(chunk, length)
    length += chunk.length
  }
  sum.add(path, await reader.read({ kind, bytes }))
}

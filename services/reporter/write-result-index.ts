import { readFile } from 'node:fs/promises'
import { Outcome, Sha } from '@narwhal/protocol'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { BuildResult } from './result-of-build.ts'
import { writeDurably } from './write-durably.ts'

/** The newest builds of one repository, newest first. */
const ResultIndex = Type.Object({
  version: Type.Literal(1),
  builds: Type.Array(
    Type.Object({
      id: Type.String(),
      number: Type.Integer({ minimum: 1 }),
      ref: Type.String(),
      sha: Sha,
      outcome: Outcome,
      code: Type.Optional(Type.String()),
      createdAt: Type.Integer(),
      finishedAt: Type.Optional(Type.Integer()),
      durationMs: Type.Optional(Type.Integer()),
      file: Type.String({ description: 'path of the result file from here' }),
    }),
  ),
})
type ResultIndex = Static<typeof ResultIndex>
const resultIndex = Compile(ResultIndex)

const longest = 1_000

/** Puts the line of a build into the index at `path`, in place of an older line of the same build. */
export async function writeResultIndex(path: string, result: BuildResult, file: string): Promise<void> {
  const others = (await readIndex(path)).filter(({ number }) => number !== result.build.number)
  const builds = [...others, lineOf(result, file)].toSorted((one, other) => other.number - one.number)
  const lines = builds.slice(0, longest).map((line) => `    ${JSON.stringify(line)}`)
  const content = `{\n  "version": 1,\n  "builds": [\n${lines.join(',\n')}\n  ]\n}\n`
  await writeDurably(path, content, `${path}.new`)
}

function lineOf(
  { build, ref, sha, outcome, code, ...times }: BuildResult,
  file: string,
): ResultIndex['builds'][number] {
  const { createdAt, finishedAt, durationMs } = times
  return {
    id: build.id,
    number: build.number,
    ref,
    sha,
    outcome,
    ...(code === undefined ? {} : { code }),
    createdAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(durationMs === undefined ? {} : { durationMs }),
    file,
  }
}

/** An index that is missing, or that somebody else wrote, begins anew: the result files are what counts. */
async function readIndex(path: string): Promise<ResultIndex['builds']> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'))
    return resultIndex.Check(parsed) ? parsed.builds : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

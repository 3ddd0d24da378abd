import { join } from 'node:path'
import { isProblem, NamePart, problem, Sha } from '@narwhal/protocol'
import { Value } from 'typebox/value'
import type { Report, ReportAnswer } from './report.ts'
import { type BuildResult, resultOfBuild } from './result-of-build.ts'
import { writeDurably } from './write-durably.ts'
import { writeResultIndex } from './write-result-index.ts'

/**
 * Writes `HOST/OWNER/NAME/SHA/NUMBER.json` in the directory `results`, and the line of the build in the index of its
 * repository. The same build may be written again; builds of one repository one at a time.
 */
export async function writeResultFile({ build }: Report, results: string): Promise<ReportAnswer> {
  try {
    const result = resultOfBuild(build)
    const { repository, file } = placeOf(result)
    const folder = join(results, repository)
    const content = `${JSON.stringify(result, null, 2)}\n`
    await writeDurably(join(folder, file), content, join(folder, 'result.json.new')) // whoever lists a sha finds whole files only
    await writeResultIndex(join(folder, 'index.json'), result, file)
    return { type: 'delivered', told: file }
  } catch (error) {
    if (isProblem(error, 'RESULT_REFUSED')) return { type: 'refused', cause: error }
    const cause = problem('RESULT_NOT_WRITTEN', `Build ${build.id}: ${String(error)}`, { cause: error })
    return { type: 'failed', cause }
  }
}

/** Names come from outside: each must be one plain segment of a path. */
function placeOf({ repository: { host, owner, name }, sha, build }: BuildResult) {
  const segments = [host, owner, name]
  const isSafe = segments.every((segment) => Value.Check(NamePart, segment)) && Value.Check(Sha, sha)
  if (!isSafe || !Number.isSafeInteger(build.number) || build.number < 1)
    throw problem('RESULT_REFUSED', `Build ${build.id}: ${JSON.stringify([...segments, sha, build.number])} is no path`)
  return { repository: join(...segments), file: `${sha}/${build.number}.json` }
}

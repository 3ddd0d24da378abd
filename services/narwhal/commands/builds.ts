import { type BuildView, listBuilds } from '@narwhal/protocol'
import { withApi } from '../api/open-api.ts'
import type { CommandContext } from '../command-context.ts'
import { describeAgo, describeDuration } from '../describe-time.ts'
import { cutText, formatTable } from '../format-table.ts'
import { nameBuild, shortRef, titleOf } from '../name-build.ts'

export interface BuildsOptions {
  /** `owner/name` or `host/owner/name`. */
  readonly repository?: string
  readonly limit: number
  readonly json?: boolean
}

/** `narwhal builds`: the newest builds as a table or as JSON. */
export async function showBuilds({ repository, limit, json }: BuildsOptions, context: CommandContext): Promise<number> {
  const { terminal, clock } = context
  const query = { limit, ...(repository === undefined ? {} : { repository }) }
  const { builds } = await withApi(context, ({ client, at }) => client.call(listBuilds, { ...at, query }))
  if (json === true) terminal.print(JSON.stringify(builds, null, 2))
  else for (const line of tableOf(builds, clock.now(), repository)) terminal.print(line)
  return 0
}

const none = 'Push to a repository whose webhook leads here, or watch one: npm start -- --watch PATH_OR_URL'

function tableOf(builds: readonly BuildView[], now: number, repository: string | undefined): readonly string[] {
  if (builds.length === 0) return [`No builds ${repository === undefined ? 'yet' : `of ${repository}`}. ${none}`]
  const head = ['BUILD', 'OUTCOME', 'REF', 'COMMIT', 'CAME', 'TOOK', 'TOLD', 'TITLE']
  return formatTable([head, ...builds.map((build) => rowOf(build, now))])
}

function rowOf(build: BuildView, now: number): readonly string[] {
  const { commit, createdAt, startedAt, finishedAt, ending, state } = build
  const took = startedAt === undefined ? '' : describeDuration((finishedAt ?? now) - startedAt)
  return [
    nameBuild(build),
    [ending?.outcome ?? state, ending?.code].filter((part) => part !== undefined).join(' '),
    cutText(shortRef(commit), 30),
    commit.sha.slice(0, 7),
    describeAgo(now - createdAt),
    took,
    describeReports(build),
    cutText(titleOf(commit), 50),
  ]
}

/** Who was told of the end: what went wrong first, then the forge, then a file. Nothing while nobody was. */
function describeReports({ reports = [] }: BuildView): string {
  const refused = reports.find(({ state }) => state === 'refused')
  if (refused !== undefined) return `not ${refused.target}: ${refused.code ?? 'refused'}`
  return reports
    .filter(({ state }) => state === 'delivered')
    .map(({ target }) => target)
    .toSorted()
    .join(', ')
}

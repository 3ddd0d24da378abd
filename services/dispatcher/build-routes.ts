import { type HttpServer, type RouteTokens, serveRoute } from '@narwhal/host'
import { createBuild, getBuild, listBuilds, problem } from '@narwhal/protocol'
import { insertBuild } from './accept-commit.ts'
import { viewBuild, viewBuilds } from './build-view.ts'
import { type FindCommitDeps, findCommit } from './find-commit.ts'
import { once } from './once.ts'

/** Builds: list, one, and by hand. */
export function serveBuildRoutes(server: HttpServer, deps: FindCommitDeps & { readonly tokens: RouteTokens }): void {
  const { changes, tokens } = deps
  serveRoute(server, listBuilds, {
    tokens,
    answer: ({ query }) =>
      changes.change(async ({ tables }) => {
        const limit = query.limit ?? 20
        const builds = await tables.builds.list({ ...query, limit })
        const last = builds.at(-1)
        const next = builds.length === limit && last !== undefined ? { next: last.id } : {}
        return { builds: await viewBuilds(tables, builds), ...next }
      }),
  })
  serveRoute(server, getBuild, {
    tokens,
    answer: ({ params: { buildId } }) =>
      changes.change(async ({ tables }) => {
        const build = await tables.builds.find(buildId)
        if (build === undefined) throw problem('BUILD_NOT_FOUND', `there is no build ${buildId}`)
        return viewBuild(tables, build)
      }),
  })
  serveRoute(server, createBuild, {
    tokens,
    answer: async ({ body, request }) => {
      const commit = await findCommit(deps, body)
      return changes.change(async (change) => {
        const build = await once(change, request, () => insertBuild(change, commit, {}))
        return viewBuild(change.tables, build)
      })
    },
  })
}

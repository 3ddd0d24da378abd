import { type HttpRequest, type HttpServer, type RouteTokens, serveRoute } from '@narwhal/host'
import { type BuildView, createBuild, getBuild, listBuilds, problem } from '@narwhal/protocol'
import { insertBuild } from './accept-commit.ts'
import { viewBuild, viewBuilds } from './build-view.ts'
import type { Change } from './changes.ts'
import { findCommit } from './find-commit.ts'
import { madeBefore, once } from './once.ts'
import type { ResolveRefDeps } from './resolve-ref.ts'

/** Builds: list, one, and by hand. */
export function serveBuildRoutes(server: HttpServer, deps: ResolveRefDeps & { readonly tokens: RouteTokens }): void {
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
      const made = await changes.change((change) => viewMade(change, request))
      if (made !== undefined) return made
      const commit = await findCommit(deps, body)
      return changes.change(async (change) => {
        const build = await once(change, request, () => insertBuild(change, commit, {}))
        return viewBuild(change.tables, build)
      })
    },
  })
}

/** Before the ref is looked up again: it may have moved, and no runner may be there. */
async function viewMade(change: Change, request: HttpRequest): Promise<BuildView | undefined> {
  const made = await madeBefore(change, request)
  return made && viewBuild(change.tables, made)
}

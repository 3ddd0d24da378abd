import type { BuildView } from '@narwhal/protocol'
import type { Play } from '../play/play.ts'

/** What was seen of the builds while they went on. */
export interface BuildWatch {
  /** The newest that is known of unfinished builds: how many there are. */
  open(): number
  /** Each state in which a build was seen, in that order; an ending stands behind its state. */
  seen(): ReadonlyMap<string, readonly string[]>
  /** A build of a commit, as it was seen last. */
  ofCommit(sha: string): BuildView | undefined
}

const everyMs = 1_500

/** Looks at unfinished and at the newest builds again and again, until the play is over. */
export function watchBuilds({ rest, ledger, sleep, signal }: Play): BuildWatch & { readonly done: Promise<void> } {
  const seen = new Map<string, string[]>()
  const bySha = new Map<string, BuildView>()
  let open = 0
  const note = (build: BuildView) => {
    if (build.resubmitOf === undefined) bySha.set(build.commit.sha, build)
    const state = build.ending === undefined ? build.state : `${build.state} ${JSON.stringify(build.ending)}`
    const before = seen.get(build.id) ?? []
    if (before.at(-1) === state) return
    seen.set(build.id, [...before, state])
    ledger.note('build', { id: build.id, sha: build.commit.sha, resubmitOf: build.resubmitOf, state })
  }
  const look = async () => {
    const [queued, running] = [await rest.builds('&state=queued'), await rest.builds('&state=running')]
    open = queued.length + running.length
    const answer = await rest.ask('/v1/builds?limit=50')
    const { builds } = (await answer.json()) as { builds: BuildView[] } // as the route says
    const listed = [...queued, ...running, ...builds]
    for (const build of listed) note(build)
    const ids = new Set(listed.map(({ id }) => id))
    const gone = [...bySha.values()].filter((build) => build.ending === undefined && !ids.has(build.id))
    for (const { id } of gone) note((await (await rest.ask(`/v1/builds/${id}`)).json()) as BuildView) // as the route says
  }
  const watch = async () => {
    while (!signal.aborted) {
      await look().catch((error: unknown) => ledger.note('trouble', { where: 'watch builds', error: String(error) }))
      await sleep(everyMs).catch(() => undefined)
    }
  }
  return { open: () => open, seen: () => seen, ofCommit: (sha) => bySha.get(sha), done: watch() }
}

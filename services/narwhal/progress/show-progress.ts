import type { Clock, Log } from '@narwhal/host'
import { type BuildView, getBuild } from '@narwhal/protocol'
import { titleOf } from '../name-build.ts'
import type { Terminal } from '../terminal.ts'
import type { Narwhal } from '../up.ts'
import type { UpConfig } from '../up-config.ts'
import { type Following, followBuilds } from './follow-builds.ts'
import { readTail } from './read-tail.ts'

export interface ShowDeps {
  readonly config: Pick<UpConfig, 'apiToken'>
  readonly terminal: Terminal
  readonly clock: Clock
  readonly log: Log
  /** Hears of every look at a build that goes on. */
  readonly onSeen?: (build: BuildView, signal: AbortSignal) => Promise<void>
  /** `false`: it ends with its build, and nobody can ask it for logs then. */
  readonly staysUp?: boolean
}

/** How long the words of a commit may take to be found out, in milliseconds: they are nice to have. */
const titleLimitMs = 2_000

/** Shows the builds of this process in its terminal. */
export function showProgress(
  narwhal: Narwhal,
  { config, terminal, clock, log, onSeen, staysUp = true }: ShowDeps,
): Following {
  const { client, dispatcher, store } = narwhal
  const at = { baseUrl: narwhal.url, token: config.apiToken }
  const colours = terminal.paint('red', 'x') !== 'x'
  return followBuilds({
    dispatcher,
    readBuild: (buildId, signal) => client.call(getBuild, { ...at, params: { buildId }, signal }),
    readTitle: (build, signal) => readTitle(build, narwhal, signal),
    readTail: (step, signal) => readTail(step, { api: { client, at, clock }, store, colours, signal }),
    ...{ terminal, clock, log, onSeen, staysUp },
  })
}

/** Polled commits come without their message: it is in the mirror, where the runner needs the commit anyway. */
async function readTitle(
  { commit }: BuildView,
  { mirrors, cloneSource }: Narwhal,
  signal: AbortSignal,
): Promise<string> {
  if (commit.message !== undefined) return titleOf(commit)
  const limited = AbortSignal.any([signal, AbortSignal.timeout(titleLimitMs)])
  try {
    const source = { ...cloneSource(commit.repository), repository: commit.repository }
    const found = await mirrors.fetchCommit(source, commit.sha, { signal: limited })
    return titleOf(await found.commitInfo())
  } catch {
    return ''
  }
}

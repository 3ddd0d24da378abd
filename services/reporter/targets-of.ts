import type { BuildEventMessage, ReportView } from '@narwhal/protocol'
import type { EventToTell } from './outbox.ts'
import type { ReportTarget } from './report.ts'

/** Who is to be told of an event, and of the end of a build also where nobody is and why. `at` is that of the reason. */
export function targetsOf(event: BuildEventMessage, forgeHost: string | undefined, at: number): EventToTell {
  const isEnd = event.type === 'build-finished'
  const file: readonly ReportTarget[] = isEnd ? ['file'] : []
  const { host } = event.build.commit.repository
  if (host === forgeHost) return { event, targets: [...file, 'github-status'] }
  if (!isEnd) return { event, targets: [] }
  return { event, targets: file, untold: [untold(whyUntold(host, forgeHost), at)] }
}

function untold(detail: string, at: number): ReportView {
  return { target: 'github-status', state: 'untold', detail, at }
}

function whyUntold(host: string, forgeHost: string | undefined): string {
  if (host === 'local') return 'The repository is a directory, and at no forge.'
  if (forgeHost === undefined) return 'The reporter has no NARWHAL_GITHUB_TOKEN: it tells no forge.'
  return `The repository is at ${host}; the reporter's NARWHAL_GITHUB_TOKEN is for ${forgeHost}.`
}

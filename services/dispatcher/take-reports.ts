import { messageReader } from '@narwhal/host'
import { ReportMessage, reportsTopic } from '@narwhal/protocol'
import type { Change } from './changes.ts'
import { type Taken, takeTopic, type TakeTopicDeps } from './take-topic.ts'

const readReport = messageReader(reportsTopic, ReportMessage)

/** Takes what reporters say until aborted: what became of reports, and which messages they put aside. */
export function takeReports(deps: TakeTopicDeps): Promise<void> {
  return takeTopic(reportsTopic, takeReport, deps)
}

/** Writes down one message of the topic `reports`; a late or repeated one changes nothing. */
export async function takeReport(change: Change, body: string): Promise<Taken> {
  const read = readReport(body)
  if ('unreadable' in read) return read
  const { message } = read
  if (message.type === 'quarantine') {
    const { topic, messageId, body: kept, because, at } = message
    await change.tables.quarantine.put({ id: change.newId(), topic, messageId, body: kept, because, at })
    return { buildId: undefined }
  }
  const { buildId, sequence, report } = message
  await change.tables.reports.put({ buildId, sequence, report })
  change.touch({ kind: 'build', buildId })
  return { buildId }
}

import { listRunners, type RunnerView } from '@narwhal/protocol'
import { withApi } from '../api/open-api.ts'
import { plainLine } from '../clean-text.ts'
import type { CommandContext } from '../command-context.ts'
import { describeAgo } from '../describe-time.ts'
import { formatTable } from '../format-table.ts'

/** `narwhal runners`: who runs jobs, as a table or as JSON. */
export async function showRunners({ json }: { readonly json?: boolean }, context: CommandContext): Promise<number> {
  const { terminal, clock } = context
  const { runners } = await withApi(context, ({ client, at }) => client.call(listRunners, at))
  if (json === true) terminal.print(JSON.stringify(runners, null, 2))
  else for (const line of tableOf(runners, clock.now())) terminal.print(line)
  return 0
}

function tableOf(runners: readonly RunnerView[], now: number): readonly string[] {
  if (runners.length === 0)
    return ['No runners yet. Start one with the runner token of the dispatcher: NARWHAL_RUNNER_TOKEN=… pnpm runner']
  const head = ['RUNNER', 'STATE', 'SLOTS IN USE', 'LABELS', 'URL', 'REGISTERED']
  const rows = runners.map(({ name, state, held, slots, labels, url, registeredAt }) => [
    plainLine(name),
    state,
    `${held} of ${slots}`,
    plainLine(labels.join(',')) || '-',
    plainLine(url),
    describeAgo(now - registeredAt),
  ])
  return formatTable([head, ...rows])
}

import { listSecrets, problem, removeSecret, setSecret } from '@narwhal/protocol'
import { withApi } from '../api/open-api.ts'
import { plainLine } from '../clean-text.ts'
import type { CommandContext } from '../command-context.ts'
import { describeAgo } from '../describe-time.ts'
import { formatTable } from '../format-table.ts'
import { ownRepository } from '../own-repository.ts'

// A value comes from standard input, never from an argument: those are seen by everybody on the machine.

export interface SecretsOptions {
  /** `owner/name` or `host/owner/name`; that of the working directory unless given. */
  readonly repository?: string
}

/** `narwhal secrets set NAME`: keeps a secret, or replaces it. */
export async function setOne(name: string, options: SecretsOptions, context: CommandContext): Promise<number> {
  const repository = await repositoryOf(options, context)
  const { terminal, signal } = context
  const value = oneLine(await terminal.readSecret(`Value of ${name} for ${repository}: `, { signal }))
  if (value === '') throw problem('SECRET_INVALID', `no value came for ${name}`)
  const body = { repository, name, value }
  await withApi(context, ({ client, at }) => client.call(setSecret, { ...at, body, signal }))
  terminal.print(`${name} is set for ${repository}`)
  return 0
}

/** `narwhal secrets list`: the names of the secrets of a repository. */
export async function listAll(options: SecretsOptions, context: CommandContext): Promise<number> {
  const repository = await repositoryOf(options, context)
  const { terminal, clock, signal } = context
  const { secrets } = await withApi(context, ({ client, at }) =>
    client.call(listSecrets, { ...at, query: { repository }, signal }),
  )
  if (secrets.length === 0) {
    terminal.print(`${repository} has no secrets. Set one: narwhal secrets set NAME`)
    return 0
  }
  const rows = secrets.map(({ name, changedAt }) => [plainLine(name), describeAgo(clock.now() - changedAt)])
  for (const line of formatTable([['SECRET', 'CHANGED'], ...rows])) terminal.print(line)
  return 0
}

/** `narwhal secrets remove NAME`: forgets a secret. */
export async function removeOne(name: string, options: SecretsOptions, context: CommandContext): Promise<number> {
  const repository = await repositoryOf(options, context)
  const query = { repository, name }
  await withApi(context, ({ client, at }) => client.call(removeSecret, { ...at, query, signal: context.signal }))
  context.terminal.print(`${name} is removed from ${repository}`)
  return 0
}

async function repositoryOf({ repository }: SecretsOptions, context: CommandContext): Promise<string> {
  return repository ?? (await ownRepository(process.cwd(), context))
}

/** Without the line break behind a single line; keys of several lines need theirs. */
function oneLine(text: string): string {
  return /^[^\n]*\r?\n?$/.test(text) ? text.replace(/\r?\n$/, '') : text
}

import type { CronTrigger, ManualInput, TriggerFilter, Triggers } from '../pipeline.ts'
import type { PipelineFile } from '../schema/pipeline-file.ts'
import { listOf } from './list-of.ts'
import { withoutAbsent } from './without-absent.ts'

type OnInFile = NonNullable<PipelineFile['on']>
type OnMap = Exclude<OnInFile, string | readonly unknown[]>

/** What starts builds: pushes and pull requests unless the file says otherwise; by hand and by the API always. */
export function triggersFromFile(on: OnInFile = ['push', 'pull_request']): Triggers {
  const { push, pull_request: pullRequest, tag, cron, manual, api } = mapOf(on)
  return withoutAbsent({
    push: push && filterOf(push),
    pullRequest: pullRequest && filterOf(pullRequest),
    tag: tag && filterOf({ branches: tag.tags }),
    cron: cron === undefined ? undefined : cronOf(cron),
    manual: { inputs: inputsOf(manual?.inputs) },
    api: filterOf(api ?? {}),
  })
}

/** A trigger that is only named has no filters. */
function mapOf(on: OnInFile): WithFilters {
  if (typeof on === 'string') return { [on]: {} }
  if (Array.isArray(on)) return Object.fromEntries(on.map((name) => [name, {}]))
  return Object.fromEntries(Object.entries(on).map(([name, filter]) => [name, filter ?? {}]))
}

type WithFilters = { readonly [Key in keyof OnMap]?: NonNullable<OnMap[Key]> }

interface FilterInFile {
  readonly branches?: string | readonly string[] | undefined
  readonly paths?: string | readonly string[] | undefined
  readonly commits?: 'head' | 'all' | undefined
}

function filterOf({ branches, paths, commits }: FilterInFile): TriggerFilter {
  return withoutAbsent({ branches: globsOf(branches), paths: globsOf(paths), commits })
}

function cronOf(cron: NonNullable<OnMap['cron']>): readonly CronTrigger[] {
  const entries = Array.isArray(cron) ? cron : [cron]
  return entries.map((entry) => {
    const { schedule, branches } = typeof entry === 'string' ? { schedule: entry } : entry
    return withoutAbsent({ schedule: schedule.trim(), branches: globsOf(branches) })
  })
}

type InputsInFile = NonNullable<NonNullable<OnMap['manual']>['inputs']>

function inputsOf(inputs: InputsInFile = {}): Readonly<Record<string, ManualInput>> {
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, inputOf(input)]))
}

function inputOf({
  type = 'text',
  description,
  default: otherwise,
  options,
  required = false,
}: InputsInFile[string]): ManualInput {
  return withoutAbsent({
    type,
    description,
    default: otherwise === undefined ? undefined : String(otherwise),
    options: options?.map(String),
    required,
  })
}

function globsOf(globs: string | readonly string[] | undefined): readonly string[] | undefined {
  return globs === undefined ? undefined : listOf(globs)
}

import type { JobSelection } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'

export interface SelectionOptions {
  readonly step?: readonly string[]
  /** `axis=value` */
  readonly matrix?: readonly string[]
  /** `NAME=value` */
  readonly env?: readonly string[]
}

/** The part of a pipeline that a command line names; all of it when it names none. @throws {ProblemError} OPTION_INVALID */
export function selectionOf(
  jobs: readonly string[],
  { step = [], matrix = [], env = [] }: SelectionOptions,
): JobSelection {
  return {
    ...(jobs.length === 0 ? {} : { jobs }),
    ...(step.length === 0 ? {} : { steps: step }),
    ...(matrix.length === 0 ? {} : { matrix: pairsOf('--matrix', matrix) }),
    ...(env.length === 0 ? {} : { env: pairsOf('--env', env) }),
  }
}

function pairsOf(option: string, given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((pair) => {
      const [, name, value] = /^([A-Za-z_][\w.-]*)=([\s\S]*)$/.exec(pair) ?? []
      if (name !== undefined && value !== undefined) return [name, value]
      throw problem('OPTION_INVALID', `${option} takes NAME=VALUE, but this is ${JSON.stringify(pair)}`)
    }),
  )
}

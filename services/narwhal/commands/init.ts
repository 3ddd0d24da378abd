import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from '@narwhal/protocol'
import type { CommandContext } from '../command-context.ts'
import { findFiles } from '../init/find-files.ts'
import { planFirstPipeline } from '../init/plan-first-pipeline.ts'

/**
 * `narwhal init`: writes a first narwhal.yml for what the directory holds.
 *
 * @throws {ProblemError} PIPELINE_EXISTS, NOTHING_TO_INIT
 */
export async function initPipeline(
  { terminal }: Pick<CommandContext, 'terminal'>,
  directory = process.cwd(),
): Promise<number> {
  const files = await findFiles(directory)
  if (files.names.has('narwhal.yml')) throw problem('PIPELINE_EXISTS', 'There is a narwhal.yml already')
  const first = planFirstPipeline(files)
  if (first === undefined) throw problem('NOTHING_TO_INIT', 'Nothing here says how it is tested')
  await writeFile(join(directory, 'narwhal.yml'), first.text, { flag: 'wx' })
  terminal.print(`Wrote narwhal.yml for ${first.found}:\n`)
  terminal.print(first.text)
  terminal.print('Try it here with `narwhal exec`, then commit and push it.')
  return 0
}

import { readFile } from 'node:fs/promises'
import { formatPipelineProblems, parsePipeline, type Pipeline } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'
import type { CommandContext } from '../command-context.ts'

/** `narwhal lint`: everything that is wrong with a narwhal.yml. @throws {ProblemError} FILE_UNREADABLE */
export async function lintFile(file: string, { terminal }: Pick<CommandContext, 'terminal'>): Promise<number> {
  const parsed = parsePipeline(await readText(file), { file })
  if ('pipeline' in parsed) {
    terminal.print(`${file} is good: ${describePipeline(parsed.pipeline)}`)
    return 0
  }
  terminal.print(formatPipelineProblems(parsed.problems))
  terminal.print(`\n${file} has ${counted(parsed.problems.length, 'problem')}`)
  return 1
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw problem('FILE_UNREADABLE', `${file} cannot be read (${codeOf(cause)})`, { cause })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function describePipeline({ jobs }: Pipeline): string {
  const steps = jobs.reduce((sum, job) => sum + job.steps.length, 0)
  return `${counted(jobs.length, 'job')}, ${counted(steps, 'step')}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

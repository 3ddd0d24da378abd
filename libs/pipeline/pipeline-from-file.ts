import { parseDuration } from './parse-duration.ts'
import type { JobDefinition, Pipeline, StepDefinition } from './pipeline.ts'
import type { PipelineFile } from './pipeline-schema.ts'

const defaultTimeoutMs = 3_600_000

type StepInFile = NonNullable<PipelineFile['steps']>[number]

/** The pipeline of a valid file, with every default filled in. A file is one job, named as the file says, else `build`. */
export function pipelineFromFile(file: PipelineFile): Pipeline {
  const steps = file.steps ?? (file.run === undefined ? [] : [file.run])
  const job: JobDefinition = {
    name: file.name ?? 'build',
    image: file.image,
    env: envOf(file.env),
    timeoutMs: parseDuration(file.timeout ?? '') ?? defaultTimeoutMs,
    steps: steps.map(stepOf),
  }
  return { jobs: [job] }
}

function stepOf(step: StepInFile): StepDefinition {
  const { run, name, env, timeout } = typeof step === 'string' ? { run: step } : step
  const timeoutMs = parseDuration(timeout ?? '')
  const defined = { name: name ?? nameOfCommands(run), run, env: envOf(env) }
  return timeoutMs === undefined ? defined : { ...defined, timeoutMs }
}

function envOf(env: PipelineFile['env'] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]))
}

const nameLength = 80

/** The first line that says something, cut; control characters and marks that turn the writing are left out. */
function nameOfCommands(run: string): string {
  const line = run.split(/[\r\n\u2028\u2029]/).find((one) => one.trim() !== '') ?? ''
  const shown = line
    .slice(0, nameLength * 10)
    .replace(/(?![\u200c\u200d])\p{C}/gu, ' ')
    .trim()
  return Array.from(shown).slice(0, nameLength).join('').trimEnd() || 'run'
}

import { problem } from '@narwhal/protocol'
import { Check } from 'typebox/value'
import { parseYaml } from './parse-yaml.ts'
import type { Pipeline } from './pipeline.ts'
import { pipelineFromFile } from './pipeline-from-file.ts'
import { type Form, PipelineFile, Run, Steps } from './pipeline-schema.ts'
import { createProblemList, type PipelineProblem } from './problem-list.ts'
import { readValue } from './read-value.ts'
import type { YamlSource } from './reading.ts'
import type { YamlValue } from './yaml-value.ts'

const maxFileBytes = 256 * 1024

/** How the file is called in problems. */
export interface ParseOptions {
  /** How problems name the file. */
  readonly file?: string
}

/** A pipeline, or everything that is wrong with the file, in its order. */
export type ParsedPipeline = { readonly pipeline: Pipeline } | { readonly problems: readonly PipelineProblem[] }

/**
 * The pipeline that a narwhal.yml describes, or everything that is wrong with it, in the order of the file.
 * It throws for no text.
 */
export function parsePipeline(text: string, { file = 'narwhal.yml' }: ParseOptions = {}): ParsedPipeline {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const problems = createProblemList(source, file)
  const value = readFile({ text: source, problems })
  const found = problems.inFileOrder()
  if (found.length > 0) return { problems: found }
  if (!Check(PipelineFile, value)) throw problem('INTERNAL', `${file} fits its schema to one reader and not to another`)
  return { pipeline: pipelineFromFile(value) }
}

function readFile(source: YamlSource): unknown {
  const bytes = Buffer.byteLength(source.text)
  if (bytes > maxFileBytes) {
    source.problems.add('PIPELINE_OVER_LIMIT', 0, {
      message: `the file has ${bytes} bytes; ${maxFileBytes} is the limit`,
      hint: 'Put long commands into scripts of the repository.',
    })
    return undefined
  }
  const root = parseYaml(source)
  if (root === undefined) return undefined
  if (root.kind === 'text' || root.kind === 'list') addShortFormProblem(root, source)
  return readValue(root, { ...source, form: formOf(root), subject: 'the file' })
}

/** Text is `run`, a list is `steps`: only the map has a place for the image. */
function formOf(root: YamlValue): Form {
  if (root.kind === 'text') return Run
  return root.kind === 'list' ? Steps : PipelineFile
}

function addShortFormProblem({ kind, start }: YamlValue, { problems }: YamlSource): void {
  problems.add('PIPELINE_IMAGE_MISSING', start, {
    message: 'the file names no image',
    hint: `Write the image above it, and ${kind === 'text' ? '`run:` before the command' : '`steps:` above the list'}, for example: image: node:24`,
  })
}

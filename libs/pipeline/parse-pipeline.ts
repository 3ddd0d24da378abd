import { problem } from '@narwhal/protocol'
import { Check } from 'typebox/value'
import { locatorOf } from './locator-of.ts'
import { parseYaml } from './parse-yaml.ts'
import type { Pipeline } from './pipeline.ts'
import { pipelineFromFile } from './from-file/pipeline-from-file.ts'
import { createProblemList, type PipelineProblem, withoutMark } from './problem-list.ts'
import { readValue } from './read-value.ts'
import type { FoundExpression, YamlPath, YamlSource } from './reading.ts'
import { checkFile } from './rules/check-file.ts'
import { checkSize } from './rules/check-size.ts'
import type { Form } from './schema/form.ts'
import { PipelineFile } from './schema/pipeline-file.ts'
import { Steps } from './schema/steps.ts'
import { Run } from './schema/texts.ts'
import type { YamlValue } from './yaml-value.ts'

/** How the file is called in problems, and whether another one includes it. */
export interface ParseOptions {
  readonly file?: string
  /** It was found by `include`: it has no `on`, `include` and `concurrency` of its own. */
  readonly nested?: boolean
  /** Names of the inputs that the including file declares. */
  readonly inputs?: readonly string[]
}

/** A pipeline, or everything that is wrong with the file, in its order. */
export type ParsedPipeline = UnderstoodPipeline | { readonly problems: readonly PipelineProblem[] }

/** A pipeline, and where in the file its parts stand, for problems that are found later. */
export interface UnderstoodPipeline {
  readonly pipeline: Pipeline
  /**
   * The offset of what stands at a path such as `['jobs', 'test', 'needs', 0]`, as `createProblemList` takes it; else
   * that of the nearest thing around it that is there.
   */
  readonly locate: (path: YamlPath) => number
}

/**
 * The pipeline that a narwhal.yml describes, or everything that is wrong with it, in the order of the file.
 * It throws for no text.
 */
export function parsePipeline(text: string, options: ParseOptions = {}): ParsedPipeline {
  const { file = 'narwhal.yml' } = options
  const source = withoutMark(text)
  const problems = createProblemList(source, file)
  const read = readFile({ text: source, problems }, options)
  const found = problems.inFileOrder()
  if (read === undefined || found.length > 0) return { problems: found }
  if (!Check(PipelineFile, read.value)) {
    throw problem('INTERNAL', `${file} fits its schema to one reader and not to another`)
  }
  const pipeline = pipelineFromFile(read.value)
  const locate = locatorOf(read.root)
  checkSize(pipeline, { problems, locate })
  const tooLarge = problems.inFileOrder()
  return tooLarge.length > 0 ? { problems: tooLarge } : { pipeline, locate }
}

interface ReadFile {
  readonly root: YamlValue
  readonly value: unknown
}

const maxFileBytes = 256 * 1024

function readFile(source: YamlSource, { nested = false, inputs = [] }: ParseOptions): ReadFile | undefined {
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
  const expressions: FoundExpression[] = []
  const value = readValue(root, { ...source, form: formOf(root), subject: 'the file', path: [], expressions })
  if (root.kind === 'map') checkFile(root, { ...source, expressions, nested, inputs })
  return { root, value }
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

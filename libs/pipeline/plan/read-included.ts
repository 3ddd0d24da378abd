import type { PipelineProblem } from '../problem-list.ts'
import type { PlanRequest, PlanWants, TreeFile } from '../plan-request.ts'
import { compileGlob, globFault } from '../glob.ts'
import { quoted } from '../quoted.ts'
import { planFile, type PlannedFile, problemsOfFiles } from './planned-file.ts'

/** All files of a plan, the first one first; what must be known before they can be read; or what is wrong with them. */
export type IncludedFiles =
  | { readonly files: readonly PlannedFile[] }
  | { readonly wants: PlanWants }
  | { readonly problems: readonly PipelineProblem[] }

const maxFiles = 100
const maxDirectoryLength = 150

/** Reads the files that `root` includes. */
export function readIncluded(root: PlannedFile, request: PlanRequest): IncludedFiles {
  if (root.pipeline.include.length === 0) return { files: [root] }
  if (request.tree === undefined) return { wants: { tree: true } }
  const paths = includedPaths(root, request.tree)
  const problems = problemsOfFiles([root])
  if (problems.length > 0) return { problems }
  const missing = paths.filter((path) => !request.files.some((file) => file.path === path))
  return missing.length > 0 ? { wants: { files: missing } } : readNested(root, paths, request)
}

function readNested(root: PlannedFile, paths: readonly string[], { files }: PlanRequest): IncludedFiles {
  const inputs = Object.keys(root.pipeline.on.manual?.inputs ?? {})
  const read = paths.flatMap((path) => {
    const source = files.find((file) => file.path === path)
    return source === undefined ? [] : [planFile(source, { nested: true, inputs })]
  })
  const broken = read.flatMap((file) => ('add' in file ? [] : file.problems))
  return broken.length > 0 ? { problems: broken } : { files: [root, ...read.filter((file) => 'add' in file)] }
}

/** A glob means narwhal.yml files, or the directories that they are in. */
function includedPaths(root: PlannedFile, tree: readonly TreeFile[]): readonly string[] {
  const nested = tree.filter(isNested).map(({ path }) => path)
  const found = new Set<string>()
  for (const [index, text] of root.pipeline.include.entries()) {
    const glob = compileGlob(text.replace(/(?<=.)\/+$/, ''))
    const matching = nested.filter((path) => glob?.matches(path) === true || glob?.matches(directoryOf(path)) === true)
    if (matching.length === 0) addUnmatched(root, index, text)
    for (const path of matching) found.add(path)
  }
  const paths = [...found].toSorted()
  addUnusable(root, paths)
  return paths
}

/** Links and submodules are no files that we read. */
function isNested({ path, mode }: TreeFile): boolean {
  return path.endsWith('/narwhal.yml') && mode.startsWith('100')
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

function addUnmatched(root: PlannedFile, index: number, text: string): void {
  const fault = globFault(text)
  const message =
    fault === undefined ? `no narwhal.yml matches ${quoted(text)}` : `${quoted(text)} is no glob: ${fault}`
  root.add('PIPELINE_BAD_INCLUDE', ['include', index], {
    message,
    hint: 'Write for example: services/*/narwhal.yml, or services/* for the directories.',
  })
}

/** Names of directories become parts of keys and globs. */
const usable = /^[\p{L}\p{N}_.@+=/-]+$/u

function addUnusable(root: PlannedFile, paths: readonly string[]): void {
  if (paths.length > maxFiles) {
    root.add('PIPELINE_OVER_LIMIT', ['include'], {
      message: `\`include\` finds ${paths.length} files; ${maxFiles} is the limit`,
      hint: 'Include fewer of them.',
    })
  }
  for (const directory of paths.map(directoryOf)) {
    if (directory.length <= maxDirectoryLength && usable.test(directory)) continue
    root.add('PIPELINE_BAD_INCLUDE', ['include'], {
      message: `${quoted(directory)} cannot be a part of job keys`,
      hint: `Name the directory with letters, digits and _ . @ + = - only, ${maxDirectoryLength} characters at the most.`,
    })
  }
}

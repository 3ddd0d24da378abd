import { cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { runCommand } from './run-command.ts'

const content = fileURLToPath(new URL('../demo', import.meta.url))

/** The demo's history: what each commit adds. */
const commits = [
  { message: 'Say what this is', files: ['README.md'] },
  { message: 'Write numbers as the Romans did', files: ['roman.sh', 'test.sh'] },
  { message: 'Let Narwhal test it', files: ['narwhal.yml', 'hello.sh'] },
]

export interface DemoOptions {
  readonly dataDir: string
  readonly env: Environment
  readonly signal: AbortSignal
}

/**
 * Makes the git repository `<dataDir>/demo`, unless it is there: a small program, its tests and a narwhal.yml, on `main`.
 * It appears at once or not at all.
 *
 * @returns its path.
 * @throws {ProblemError} DEMO_NOT_MADE with git's words.
 */
export async function makeDemoRepository({ dataDir, env, signal }: DemoOptions): Promise<string> {
  const path = join(dataDir, 'demo')
  if (await isDirectory(path)) return path
  await using undo = new AsyncDisposableStack()
  await mkdir(dataDir, { recursive: true })
  const draft = await mkdtemp(join(dataDir, 'demo-'))
  undo.defer(() => rm(draft, { recursive: true, force: true }))

  const git = (...args: readonly string[]) => runGit(args, { cwd: draft, env, signal })
  await git('init', '--quiet', '--template=')
  await git('symbolic-ref', 'HEAD', 'refs/heads/main') // `init -b` needs git 2.28
  await git('config', 'user.name', 'Narwhal demo')
  await git('config', 'user.email', 'demo@narwhal.invalid')
  for (const { message, files } of commits) {
    for (const file of files) await cp(join(content, file), join(draft, file))
    await git('add', '--', ...files)
    await git('commit', '--quiet', '-m', message)
  }
  await rename(draft, path)
  return path
}

interface GitOptions {
  readonly cwd: string
  readonly env: Environment
  readonly signal: AbortSignal
}

/** Without the settings of the person and the machine: signing, templates or hooks of theirs would break the demo. */
async function runGit(args: readonly string[], { cwd, env, signal }: GitOptions): Promise<void> {
  const own = { GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
  const rest = Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('GIT_')))
  const { code, output } = await runCommand(['git', ...args], { cwd, env: { ...rest, ...own }, signal })
  if (code === 0) return
  throw problem('DEMO_NOT_MADE', `git ${args.join(' ')} ended with code ${code}: ${output.trim()}`)
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

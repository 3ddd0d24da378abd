import { repositoryOf } from '@narwhal/git'
import { problem, repositoryKey } from '@narwhal/protocol'
import type { CommandContext } from './command-context.ts'
import { runCommand } from './setup/run-command.ts'

/**
 * The repository of the working tree that a command runs in, `host/owner/name`, by its remote `origin`.
 *
 * @throws {ProblemError} REPOSITORY_UNCLEAR
 */
export async function ownRepository(directory: string, { env, signal }: CommandContext): Promise<string> {
  const { code, output } = await runCommand(['git', 'remote', 'get-url', 'origin'], { env, cwd: directory, signal })
  if (code !== 0) throw problem('REPOSITORY_UNCLEAR', `${directory} is no working tree of git with a remote "origin"`)
  try {
    return repositoryKey(repositoryOf(output.trim()))
  } catch (cause) {
    throw problem('REPOSITORY_UNCLEAR', `the remote "origin" of ${directory} cannot be understood`, { cause })
  }
}

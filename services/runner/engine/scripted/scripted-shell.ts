import type { StepEnd } from '../engine.ts'
import type { CommandEnd, ShellDeps } from './command.ts'
import { commands } from './commands.ts'
import { type Command, parseScript } from './parse-script.ts'

/**
 * Runs the subset of `sh -e` that the scripted engine knows: the commands of `commands.ts`, parted by newlines, `;`,
 * `&&` and `||`; quotes, `\`, `$NAME`, `${NAME}` and comments. Anything else ends the script with exit code 2.
 *
 * @throws the signal's reason.
 */
export async function runScript(script: string, deps: ShellDeps): Promise<StepEnd> {
  const parsed = parseScript(script, deps.env)
  if ('fault' in parsed) {
    deps.output.write(`sh: the scripted engine does not know this syntax: ${parsed.fault}\n`)
    return { exitCode: 2, outOfMemory: false }
  }
  let exitCode = 0
  for (const list of parsed.lists) {
    const end = await runList(list, deps)
    exitCode = end.exitCode
    if (end.ends) return { exitCode, outOfMemory: end.outOfMemory ?? false }
  }
  return { exitCode, outOfMemory: false }
}

/** One list of `&&` and `||`. By `-e` the failure of its last command ends the script, that of another does not. */
async function runList(list: readonly Command[], deps: ShellDeps): Promise<CommandEnd> {
  let end: CommandEnd = { exitCode: 0 }
  for (const [index, command] of list.entries()) {
    const wanted = command.after === 'and' ? end.exitCode === 0 : command.after === 'or' ? end.exitCode !== 0 : true
    if (!wanted) continue
    deps.signal.throwIfAborted()
    end = await runCommand(command.words, deps)
    deps.signal.throwIfAborted()
    if (end.exitCode !== 0 && index === list.length - 1) return { ...end, ends: true }
    if (end.ends) return end
  }
  return end
}

async function runCommand([name = 'true', ...words]: readonly string[], deps: ShellDeps): Promise<CommandEnd> {
  const command = commands.get(name)
  if (command !== undefined) return command(words, deps)
  deps.output.write(`sh: ${name}: not found\n`)
  return { exitCode: 127 }
}

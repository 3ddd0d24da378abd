import type { StepEnd } from '../engine.ts'
import { type CommandEnd, failed, type Output, type ShellDeps } from './command.ts'
import { commands } from './commands.ts'
import { type Command, parseScript } from './parse-script.ts'

/**
 * Runs the subset of `sh` that the scripted engine knows: the commands of `commands.ts`, parted by newlines, `;`, `&&`
 * and `||`; `>` and `>>`; quotes, `\`, `$NAME`, `${NAME}` and comments. Anything else ends the script with exit code 2.
 *
 * @param shell `sh` and its options; by `-e` the first list that fails ends the script.
 * @throws the signal's reason.
 */
export async function runScript(script: string, shell: string, deps: ShellDeps): Promise<StepEnd> {
  const options = shell.split(/\s+/).slice(1)
  const parsed = parseScript(script, deps.env)
  if ('fault' in parsed) return complain(`sh: the scripted engine does not know this syntax: ${parsed.fault}`, 2, deps)
  const endsOnFailure = options.some((option) => /^-[a-z]*e/.test(option))
  let exitCode = 0
  for (const list of parsed.lists) {
    const end = await runList(list, deps)
    exitCode = end.exitCode
    if (end.ends || (end.decides && endsOnFailure)) return { exitCode, outOfMemory: end.outOfMemory ?? false }
  }
  return { exitCode, outOfMemory: false }
}

/** Whether the scripted engine can stand for this shell. */
export function isShell(shell: string): boolean {
  return /^(?:\S*\/)?(?:ba|da|a)?sh(?:\s|$)/.test(shell)
}

/** `decides`: its last command has failed. The failure of another one never ends a script. */
type ListEnd = CommandEnd & { readonly decides?: true }

/** One list of `&&` and `||`. */
async function runList(list: readonly Command[], deps: ShellDeps): Promise<ListEnd> {
  let end: CommandEnd = { exitCode: 0 }
  for (const [index, command] of list.entries()) {
    const wanted = command.after === 'and' ? end.exitCode === 0 : command.after === 'or' ? end.exitCode !== 0 : true
    if (!wanted) continue
    deps.signal.throwIfAborted()
    end = await runRedirected(command, deps)
    deps.signal.throwIfAborted()
    if (end.exitCode !== 0 && index === list.length - 1) return { ...end, decides: true }
    if (end.ends) return end
  }
  return end
}

async function runRedirected({ words, into }: Command, deps: ShellDeps): Promise<CommandEnd> {
  if (into === undefined) return runCommand(words, deps)
  if (into.path === '/dev/null') return runCommand(words, { ...deps, output: nowhere })
  const texts: string[] = []
  if (!(await deps.files.write(into.path, '', into.mode))) {
    deps.output.write(`sh: can't create ${into.path}: nonexistent directory\n`)
    return failed
  }
  const end = await runCommand(words, { ...deps, output: { ...nowhere, write: (text) => void texts.push(text) } })
  await deps.files.write(into.path, texts.join(''), 'append')
  return end
}

const nowhere: Output = { isFull: () => false, write: () => undefined, flush: async () => undefined }

async function runCommand([name = 'true', ...words]: readonly string[], deps: ShellDeps): Promise<CommandEnd> {
  const command = commands.get(name)
  if (command !== undefined) return command(words, deps)
  deps.output.write(`sh: ${name}: not found\n`)
  return { exitCode: 127 }
}

function complain(text: string, exitCode: number, { output }: ShellDeps): StepEnd {
  output.write(`${text}\n`)
  return { exitCode, outOfMemory: false }
}

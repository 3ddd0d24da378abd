import type { CommandEnd, ShellDeps } from './command.ts'

type CommandBody = (words: readonly string[], deps: ShellDeps) => CommandEnd | Promise<CommandEnd>

const ok: CommandEnd = { exitCode: 0 }

/** Every command of the scripted engine. The last two exist only here. */
export const commands: ReadonlyMap<string, CommandBody> = new Map<string, CommandBody>([
  // echo WORD…       prints the words and a newline
  ['echo', (words, { output }) => print(`${words.join(' ')}\n`, output)],
  // seq [FIRST] LAST prints the numbers, one a line
  ['seq', (words, { output }) => count(words, output)],
  // true, :, cd, set succeed; false fails
  ['true', () => ok],
  [':', () => ok],
  ['cd', () => ok],
  ['set', () => ok],
  ['false', () => ({ exitCode: 1 })],
  // exit [CODE]      ends the script
  ['exit', ([code = '0']) => ({ exitCode: Number(code) & 255, ends: true })],
  // sleep SECONDS    on the engine's clock; what was printed before is in the log by then
  ['sleep', sleep],
  // oom              ends the script as the kernel does when memory runs out
  ['oom', () => ({ exitCode: 137, ends: true, outOfMemory: true })],
  // vanish           ends the container, as if somebody had removed it
  ['vanish', vanish],
])

function print(text: string, output: ShellDeps['output']): CommandEnd {
  output.write(text)
  return ok
}

function count(words: readonly string[], output: ShellDeps['output']): CommandEnd {
  const first = words.length > 1 ? Number(words[0]) : 1
  const last = Number(words.at(-1))
  let lines = ''
  for (let number = first; number <= last && !output.isFull(); number++) {
    lines += `${number}\n`
    if (lines.length < 16_384) continue
    output.write(lines)
    lines = ''
  }
  return print(lines, output)
}

async function sleep([seconds = '0']: readonly string[], { output, clock, signal }: ShellDeps): Promise<CommandEnd> {
  await output.flush()
  await clock.sleep(Number(seconds) * 1_000, signal)
  return ok
}

function vanish(_: readonly string[], { kill }: ShellDeps): CommandEnd {
  kill()
  return { exitCode: 137, ends: true }
}

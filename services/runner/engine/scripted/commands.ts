import { type CommandBody, type CommandEnd, failed, type Output, type ShellDeps, succeeded } from './command.ts'
import { fileCommands } from './file-commands.ts'
import { testCommand } from './test-command.ts'

/** Every command of the scripted engine. `oom`, `vanish` and `flaky` exist only here. */
export const commands: ReadonlyMap<string, CommandBody> = new Map<string, CommandBody>([
  // echo WORD…       prints the words and a newline
  ['echo', (words, { output }) => print(`${words.join(' ')}\n`, output)],
  // seq [FIRST] LAST prints the numbers, one a line
  ['seq', (words, { output }) => count(words, output)],
  // true, :, set, export succeed; false fails
  ['true', () => succeeded],
  [':', () => succeeded],
  ['set', () => succeeded],
  ['false', () => failed],
  // test EXPRESSION, [ EXPRESSION ]
  ['test', testCommand],
  ['[', (words, deps) => testCommand(words.slice(0, -1), deps)],
  // printenv NAME    prints a variable, or fails; env prints all of them, by name
  ['printenv', ([name = ''], { env, output }) => printVariable(env[name], output)],
  ['env', (_, { env, output }) => print(linesOf(env), output)],
  // nslookup HOST    succeeds when there is such a sidecar
  ['nslookup', ([host = ''], deps) => lookUp(host, deps)],
  // exit [CODE]      ends the script
  ['exit', ([code = '0']) => ({ exitCode: Number(code) & 255, ends: true })],
  // sleep SECONDS    on the engine's clock; what was printed before is in the log by then
  ['sleep', sleep],
  // oom              ends the script as the kernel does when memory runs out
  ['oom', () => ({ exitCode: 137, ends: true, outOfMemory: true })],
  // vanish           ends the container, as if somebody had removed it
  ['vanish', vanish],
  ...fileCommands,
])

function print(text: string, output: Output): CommandEnd {
  output.write(text)
  return succeeded
}

function count(words: readonly string[], output: Output): CommandEnd {
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

function printVariable(value: string | undefined, output: Output): CommandEnd {
  return value === undefined ? failed : print(`${value}\n`, output)
}

function linesOf(env: Readonly<Record<string, string>>): string {
  const names = Object.keys(env).toSorted()
  return names.map((name) => `${name}=${env[name]}\n`).join('')
}

function lookUp(host: string, { knowsHost, output }: ShellDeps): CommandEnd {
  if (knowsHost(host)) return print(`Name: ${host}\n`, output)
  output.write(`** server can't find ${host}: NXDOMAIN\n`)
  return failed
}

async function sleep([seconds = '0']: readonly string[], { output, clock, signal }: ShellDeps): Promise<CommandEnd> {
  await output.flush()
  await clock.sleep(Number(seconds) * 1_000, signal)
  return succeeded
}

function vanish(_: readonly string[], { kill }: ShellDeps): CommandEnd {
  kill()
  return { exitCode: 137, ends: true }
}

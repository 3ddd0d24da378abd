import { type CommandBody, type CommandEnd, failed, type ShellDeps, succeeded } from './command.ts'

/** Commands of the scripted engine that work on files, as `sh` has them, with few of their options. */
export const fileCommands: readonly (readonly [string, CommandBody])[] = [
  // cat FILE…          prints the files
  ['cat', (words, deps) => eachWord(words, (word) => printFile(word, deps))],
  // ls [DIRECTORY]     prints the names in it, in their order, one a line
  ['ls', ([path = '.'], deps) => printNames(path, deps)],
  // mkdir [-p] DIRECTORY…
  ['mkdir', (words, deps) => eachWord(namesOf(words), (word) => makeDirectory(word, words.includes('-p'), deps))],
  // rm [-rf] FILE…     takes away files and directories
  ['rm', (words, deps) => eachWord(namesOf(words), (word) => remove(word, hasOption(words, 'f'), deps))],
  // cp [-r] FROM TO
  ['cp', (words, deps) => copy(namesOf(words), deps)],
  // cd DIRECTORY
  ['cd', ([path = '~'], deps) => enter(path, deps)],
  // flaky COUNT        fails so many times in this directory, then succeeds
  ['flaky', ([count = '1'], deps) => flaky(Number(count), deps)],
]

async function eachWord(words: readonly string[], run: (word: string) => Promise<CommandEnd>): Promise<CommandEnd> {
  let end = succeeded
  for (const word of words) {
    const one = await run(word)
    if (one.exitCode !== 0) end = one
  }
  return end
}

async function printFile(path: string, { files, output }: ShellDeps): Promise<CommandEnd> {
  const bytes = path === '/dev/null' ? Buffer.alloc(0) : await files.read(path)
  output.write(bytes === undefined ? `cat: can't open '${path}': No such file or directory\n` : bytes.toString())
  return bytes === undefined ? failed : succeeded
}

async function printNames(path: string, { files, output }: ShellDeps): Promise<CommandEnd> {
  const names = (await files.kind(path)) === 'file' ? [path] : await files.list(path)
  if (names === undefined) return complain(`ls: ${path}: No such file or directory`, output)
  const shown = names.filter((name) => !name.startsWith('.')).toSorted()
  output.write(shown.map((name) => `${name}\n`).join(''))
  return succeeded
}

async function makeDirectory(path: string, parents: boolean, { files, output }: ShellDeps): Promise<CommandEnd> {
  if (!parents && (await files.kind(path)) !== undefined) {
    return complain(`mkdir: can't create directory '${path}': File exists`, output)
  }
  if (await files.makeDirectory(path, { parents })) return succeeded
  return complain(`mkdir: can't create directory '${path}': No such file or directory`, output)
}

async function remove(path: string, force: boolean, { files, output }: ShellDeps): Promise<CommandEnd> {
  if ((await files.remove(path)) || force) return succeeded
  return complain(`rm: can't remove '${path}': No such file or directory`, output)
}

async function copy([from = '', to = '']: readonly string[], { files, output }: ShellDeps): Promise<CommandEnd> {
  const target = (await files.kind(to)) === 'directory' ? `${to}/${from.split('/').at(-1)}` : to
  return (await files.copy(from, target)) ? succeeded : complain(`cp: can't copy '${from}' to '${to}'`, output)
}

async function enter(path: string, { files, output }: ShellDeps): Promise<CommandEnd> {
  if (await files.enter(path)) return succeeded
  return { ...complain(`sh: cd: can't cd to ${path}: No such file or directory`, output), exitCode: 2 }
}

async function flaky(count: number, { files, output }: ShellDeps): Promise<CommandEnd> {
  const failures = Number((await files.read('.flaky')) ?? 0)
  if (failures >= count) return succeeded
  await files.write('.flaky', `${failures + 1}`, 'anew')
  return complain(`flaky: failure ${failures + 1} of ${count}`, output)
}

function complain(text: string, output: ShellDeps['output']): CommandEnd {
  output.write(`${text}\n`)
  return failed
}

function namesOf(words: readonly string[]): readonly string[] {
  return words.filter((word) => !word.startsWith('-'))
}

function hasOption(words: readonly string[], letter: string): boolean {
  return words.some((word) => word.startsWith('-') && word.includes(letter))
}

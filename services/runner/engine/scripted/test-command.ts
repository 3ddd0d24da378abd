import { type CommandEnd, failed, type ShellDeps, succeeded } from './command.ts'

/** `test` and `[ … ]`: `-e -f -d -s PATH`, `-n -z TEXT`, `A = B`, `A != B`, `A -eq B` and its like, `! …`. */
export async function testCommand(words: readonly string[], deps: ShellDeps): Promise<CommandEnd> {
  if (words[0] === '!') return (await testCommand(words.slice(1), deps)) === succeeded ? failed : succeeded
  const answer = await answerOf(words, deps)
  if (answer !== undefined) return answer ? succeeded : failed
  deps.output.write(`sh: test: the scripted engine does not know: ${words.join(' ')}\n`)
  return { exitCode: 2 }
}

async function answerOf(words: readonly string[], deps: ShellDeps): Promise<boolean | undefined> {
  const [first = '', second = '', third = ''] = words
  if (words.length <= 1) return first !== ''
  if (words.length === 2) return ofOne(first, second, deps)
  return words.length === 3 ? ofTwo(first, second, third) : undefined
}

async function ofOne(operator: string, operand: string, { files }: ShellDeps): Promise<boolean | undefined> {
  switch (operator) {
    case '-n':
      return operand !== ''
    case '-z':
      return operand === ''
    case '-e':
      return (await files.kind(operand)) !== undefined
    case '-f':
      return (await files.kind(operand)) === 'file'
    case '-d':
      return (await files.kind(operand)) === 'directory'
    case '-s':
      return ((await files.read(operand))?.length ?? 0) > 0
    default:
      return undefined
  }
}

function ofTwo(left: string, operator: string, right: string): boolean | undefined {
  const [a, b] = [Number(left), Number(right)]
  const answers: Readonly<Record<string, boolean>> = {
    '=': left === right,
    '!=': left !== right,
    '-eq': a === b,
    '-ne': a !== b,
    '-lt': a < b,
    '-le': a <= b,
    '-gt': a > b,
    '-ge': a >= b,
  }
  return answers[operator]
}

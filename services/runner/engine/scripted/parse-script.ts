/** A command and how it hangs on the one before it. */
export interface Command {
  readonly after?: 'and' | 'or'
  readonly words: readonly string[]
}

/** Lists of commands joined by `&&` and `||`; or the first thing that the scripted shell does not know. */
export type ParsedScript = { readonly lists: readonly (readonly Command[])[] } | { readonly fault: string }

const tokens = new RegExp(
  [
    /(?<blank>[ \t]+|\\\n)/,
    /(?<comment>(?<![^\s;&|])#[^\n]*)/,
    /(?<operator>&&|\|\||;|\n)/,
    /'(?<single>[^']*)'/,
    /"(?<double>(?:[^"\\`$]|\\[\s\S]|\$\w+|\$\{\w+\})*)"/,
    /(?<plain>(?:[^\s'"\\`$;&|<>()]|\\[\s\S]|\$\w+|\$\{\w+\})+)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'y',
)

/** Reads a script; variables are put in from `env`, without splitting them into words. */
export function parseScript(script: string, env: Readonly<Record<string, string>>): ParsedScript {
  const lists: Command[][] = []
  let list: Command[] = []
  let words: string[] = []
  let word: string | undefined
  let after: Command['after']

  const endWord = () => {
    if (word !== undefined) words.push(word)
    word = undefined
  }
  const endCommand = () => {
    endWord()
    if (words.length > 0) list.push(after === undefined ? { words } : { after, words })
    words = []
    after = undefined
  }
  const endList = () => {
    endCommand()
    if (list.length > 0) lists.push(list)
    list = []
  }

  tokens.lastIndex = 0
  while (tokens.lastIndex < script.length) {
    const start = tokens.lastIndex
    const found = tokens.exec(script)?.groups
    if (found === undefined) return { fault: script.slice(start, start + 20) }
    const { blank, comment, operator, single, double, plain } = found
    if (blank !== undefined) endWord()
    else if (operator === '&&' || operator === '||') {
      endCommand()
      after = operator === '&&' ? 'and' : 'or'
    } else if (operator === '\n' && after !== undefined && words.length === 0 && word === undefined) continue
    else if (operator !== undefined) endList()
    else if (comment === undefined) word = (word ?? '') + (single ?? expand(double ?? plain ?? '', env))
  }
  endList()
  return { lists }
}

function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\\([\s\S])|\$\{?(\w+)\}?/g, (_, escaped: string | undefined, name: string | undefined) =>
    name === undefined ? (escaped ?? '') : (env[name] ?? ''),
  )
}

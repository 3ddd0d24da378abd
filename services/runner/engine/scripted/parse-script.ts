/** A command, how it hangs on the one before it, and the file that its output goes to. */
export interface Command {
  readonly after?: 'and' | 'or'
  readonly words: readonly string[]
  readonly into?: { readonly path: string; readonly mode: 'anew' | 'append' }
}

/** Lists of commands joined by `&&` and `||`; or the first thing that the scripted shell does not know. */
export type ParsedScript = { readonly lists: readonly (readonly Command[])[] } | { readonly fault: string }

const tokens = new RegExp(
  [
    /(?<blank>[ \t]+|\\\n)/,
    /(?<comment>(?<![^\s;&|])#[^\n]*)/,
    /(?<both>(?<![^\s;&|])[12]?>&[12](?![^\s;&|]))/,
    /(?<into>(?<![^\s;&|])1?>>?)/,
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
  const reading = openReading()
  tokens.lastIndex = 0
  while (tokens.lastIndex < script.length) {
    const start = tokens.lastIndex
    const found = tokens.exec(script)?.groups
    if (found === undefined || !reading.takes(found)) return { fault: script.slice(start, start + 20) }
    const { blank, both, into, operator, single, double, plain } = found
    if (blank !== undefined || both !== undefined) reading.endWord()
    else if (into !== undefined) reading.redirect(into.endsWith('>>') ? 'append' : 'anew')
    else if (operator !== undefined) reading.operator(operator)
    else if (single !== undefined) reading.addToWord(single)
    else if (double !== undefined) reading.addToWord(expand(double, env))
    else if (plain !== undefined) reading.addToWord(expand(plain, env))
  }
  reading.endList()
  return reading.isWhole() ? { lists: reading.lists } : { fault: script.slice(-20) }
}

type Groups = Readonly<Record<string, string | undefined>>

/** What was read so far, and the command that is being read. */
function openReading() {
  const lists: Command[][] = []
  let list: Command[] = []
  let words: string[] = []
  let word: string | undefined
  let after: Command['after']
  let into: { path?: string; mode: 'anew' | 'append' } | undefined
  let whole = true

  const endWord = () => {
    if (word === undefined) return
    if (into !== undefined && into.path === undefined) into.path = word
    else words.push(word)
    word = undefined
  }
  const endCommand = () => {
    endWord()
    const { path, mode } = into ?? { mode: 'anew' }
    whole &&= into === undefined || (path !== undefined && words.length > 0)
    const target = path === undefined ? {} : { into: { path, mode } }
    if (words.length > 0) list.push({ ...(after === undefined ? {} : { after }), words, ...target })
    words = []
    after = undefined
    into = undefined
  }
  const endList = () => {
    endCommand()
    if (list.length > 0) lists.push(list)
    list = []
  }
  return {
    lists,
    endWord,
    endList,
    isWhole: () => whole,
    /** Only one target for the output, and a target before the next operator. */
    takes: ({ into: again }: Groups) => again === undefined || into === undefined,
    addToWord: (text: string) => void (word = (word ?? '') + text),
    redirect(mode: 'anew' | 'append') {
      endWord()
      into = { mode }
    },
    operator(text: string) {
      if (text === '\n' && after !== undefined && words.length === 0 && word === undefined) return
      if (text === ';' || text === '\n') return endList()
      endCommand()
      after = text === '&&' ? 'and' : 'or'
    },
  }
}

function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\\([\s\S])|\$\{?(\w+)\}?/g, (_, escaped: string | undefined, name: string | undefined) =>
    name === undefined ? (escaped ?? '') : (env[name] ?? ''),
  )
}

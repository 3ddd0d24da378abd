import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finding } from '../checks/finding.ts'
import type { Ledger } from './ledger.ts'

const linesAtMost = 40

/** Writes `violations.txt` beside the ledger: each violation with the entries and the lines of the logs that concern it. */
export async function writeViolations(findings: readonly Finding[], ledger: Ledger): Promise<void> {
  const logs = await readLogs(join(ledger.root, 'logs'))
  const texts = findings.flatMap(({ invariant, says, violations }) =>
    violations.map(({ what, about }) => {
      const concerns = (text: string) => about.some((word) => word !== '' && text.includes(word))
      const entries = ledger.entries().map((entry) => JSON.stringify(entry))
      const lines = logs.flatMap(({ name, lines: all }) =>
        all
          .filter(concerns)
          .slice(-linesAtMost)
          .map((line) => `${name}: ${line}`),
      )
      const parts = [`${invariant} ${says}`, what, '', ...entries.filter(concerns).slice(-linesAtMost), '', ...lines]
      return parts.join('\n')
    }),
  )
  const tails = logs.map(({ name, lines }) => `The end of ${name}:\n${lines.slice(-linesAtMost).join('\n')}`)
  await writeFile(join(ledger.root, 'violations.txt'), [...texts, ...tails].join(`\n\n${'='.repeat(80)}\n\n`))
}

async function readLogs(
  directory: string,
): Promise<readonly { readonly name: string; readonly lines: readonly string[] }[]> {
  const names = await readdir(directory)
  return Promise.all(
    names.map(async (name) => ({ name, lines: (await readFile(join(directory, name), 'utf8')).split('\n') })),
  )
}

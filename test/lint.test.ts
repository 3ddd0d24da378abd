import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const save = 'async function save(): Promise<void> {}\n'

test.each([
  ['a floating promise', 'no-floating-promises', `${save}save()`],
  ['a promise thrown away with void', 'no-floating-promises', `${save}void save()`],
  ['an async callback that nobody awaits', 'no-misused-promises', `${save}[1].forEach(async () => save())`],
  ['a promise taken for its value', 'no-misused-promises', `${save}if (save()) console.log(1)`],
  ['a case left out', 'switch-exhaustiveness-check', `declare const a: 'b' | 'c'\nswitch (a) { case 'b': break }`],
])('the linter refuses %s', async (_, rule, text) => {
  await using folder = await openFolder({ 'planted.ts': `${text}\nexport {}\n` })

  const found = await lint(folder.path)

  expect(found).toContain(rule)
})

/** What oxlint with our configuration says about a folder, a line for each mistake. */
function lint(folder: string): Promise<string> {
  const args = ['--type-aware', '--config', join(root, '.oxlintrc.json'), '--format', 'unix', folder]
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules/.bin/oxlint'), args, (_, stdout) => resolve(stdout))
  })
}

async function openFolder(files: Readonly<Record<string, string>>): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'narwhal-lint-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

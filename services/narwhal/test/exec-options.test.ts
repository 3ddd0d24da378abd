import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openExecData } from '../exec/exec-data.ts'
import { readSecretsFile } from '../exec/read-secrets-file.ts'
import { selectionOf } from '../exec/selection-of.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('a command line selects jobs, steps, cells and environment', () => {
  expect(selectionOf([], {})).toEqual({})
  expect(
    selectionOf(['test'], { step: ['npm test'], matrix: ['node=22', 'db=a=b'], env: ['DEBUG=*', 'EMPTY='] }),
  ).toEqual({
    jobs: ['test'],
    steps: ['npm test'],
    matrix: { node: '22', db: 'a=b' },
    env: { DEBUG: '*', EMPTY: '' },
  })
})

test.each(['node', '=22', '1a=b'])('--matrix %s is refused', (pair) => {
  expect(() => selectionOf([], { matrix: [pair] })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
})

test('a file of secrets has a name and a value on each line', async () => {
  const path = join(await temporaryFolder(), 'secrets.env')
  await writeFile(path, '# mine\nTOKEN=abc=def123\nQUOTED="two words"\n')

  expect(await readSecretsFile(path)).toEqual({ TOKEN: 'abc=def123', QUOTED: 'two words' })
})

test.each(['SHORT=abc', '1BAD=abcdefgh', 'A-B=abcdefgh'])('the file of secrets %s is refused', async (text) => {
  const path = join(await temporaryFolder(), 'secrets.env')
  await writeFile(path, text)

  await expect(readSecretsFile(path)).rejects.toMatchObject({ code: 'SECRETS_FILE_INVALID' })
})

test('what an exec keeps stays for the next one, unless its build did not end or the next wants to begin afresh', async () => {
  const env = { XDG_CACHE_HOME: await temporaryFolder() }
  const exec = async (fresh: boolean, end: 'ends' | 'breaks off') => {
    await using data = await openExecData('/tree', { env, fresh })
    const kept = existsSync(join(data.path, 'kept'))
    await writeFile(join(data.path, 'kept'), '')
    if (end === 'ends') await data.keep()
    return kept
  }

  expect(await exec(false, 'ends')).toBe(false)
  expect(await exec(false, 'ends')).toBe(true)
  expect(await exec(true, 'ends')).toBe(false)
  expect(await exec(false, 'breaks off')).toBe(true)
  expect(await exec(false, 'ends')).toBe(false)
})

test('whoever begins afresh is still the runner whose containers may be left', async () => {
  const env = { XDG_CACHE_HOME: await temporaryFolder() }
  await using broken = await openExecData('/tree', { env, fresh: false })
  await mkdir(join(broken.path, 'runner'))
  await writeFile(join(broken.path, 'runner', 'runner-id'), 'ada')
  await broken[Symbol.asyncDispose]()

  await using next = await openExecData('/tree', { env, fresh: true })

  expect(await readFile(join(next.path, 'runner', 'runner-id'), 'utf8')).toBe('ada')
})

test('two execs of one working tree at once do not meet', async () => {
  const env = { XDG_CACHE_HOME: await temporaryFolder() }

  await using first = await openExecData('/tree', { env, fresh: false })
  await using second = await openExecData('/tree', { env, fresh: false })

  expect(second.path).not.toBe(first.path)
})

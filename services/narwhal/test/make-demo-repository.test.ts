import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeDemoRepository } from '../setup/make-demo-repository.ts'

const { signal } = new AbortController()

test('the first start makes a repository on main whose head holds the pipeline', async () => {
  const dataDir = await temporaryFolder()

  const path = await makeDemoRepository({ dataDir, env: process.env, signal })

  expect(await readdir(dataDir)).toEqual(['demo'])
  expect(git(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
  expect(git(path, 'log', '--format=%an: %s')).toMatch(/^Narwhal demo: Let Narwhal test it\n(.+\n)+.+$/)
  expect(git(path, 'ls-tree', '--name-only', 'HEAD').split('\n')).toContain('narwhal.yml')
  expect(git(path, 'status', '--porcelain')).toBe('')
})

test('a later start leaves the repository as it is', async () => {
  const dataDir = await temporaryFolder()
  const path = await makeDemoRepository({ dataDir, env: process.env, signal })
  await writeFile(join(path, 'mine.txt'), 'my own work')

  await makeDemoRepository({ dataDir, env: process.env, signal })

  expect(git(path, 'status', '--porcelain')).toBe('?? mine.txt')
})

test('settings of the person who starts it do not break it', async () => {
  const home = await temporaryFolder()
  await writeFile(join(home, '.gitconfig'), '[commit]\n\tgpgSign = true\n[user]\n\tsigningKey = nobody\n')
  const env = { PATH: process.env.PATH, HOME: home, GIT_DIR: '/nonexistent' }

  const path = await makeDemoRepository({ dataDir: join(home, 'data'), env, signal })

  expect(git(path, 'rev-list', '--count', 'HEAD')).toBe('3')
})

test('when git cannot work the problem says what it said, and nothing is left', async () => {
  const dataDir = await temporaryFolder()
  const programs = join(dataDir, 'programs')
  await mkdir(programs)
  await writeFile(join(programs, 'git'), '#!/bin/sh\necho no space left >&2\nexit 128\n', { mode: 0o755 })

  const made = makeDemoRepository({ dataDir, env: { PATH: programs }, signal })

  await expect(made).rejects.toMatchObject({ code: 'DEMO_NOT_MADE', message: expect.stringContaining('no space left') })
  expect(await readdir(dataDir)).toEqual(['programs'])
})

test('the tests of the demo pass', async () => {
  const path = await makeDemoRepository({ dataDir: await temporaryFolder(), env: process.env, signal })

  const { status, stdout } = spawnSync('sh', ['test.sh'], { cwd: path, encoding: 'utf8' })

  expect([status, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, '0 failed'])
})

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

function git(cwd: string, ...args: readonly string[]): string {
  return spawnSync('git', args, { cwd, encoding: 'utf8' }).stdout.trim()
}

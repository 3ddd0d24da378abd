import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobView } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { build, job } from './build-views.ts'
import { openPaperDispatcher } from './paper-dispatcher.ts'
import { temporaryFolder } from './temporary-folder.ts'

const id = (digit: number) => `00000000-0000-7000-8000-0000000000${digit}`
const sha256 = createHash('sha256').update('artifacts').digest('hex')
const produced = { outputs: {}, artifacts: { sha256, bytes: 9, files: 1, keepMs: 1_000 } }

function jobs(...names: readonly string[]): JobView[] {
  return names.map((name, place) => job({ id: id(20 + place), name, produced }))
}

test('the artifacts of every job of a build are saved, under names that lead nowhere else', async () => {
  const to = join(await temporaryFolder(), 'new')
  const names = ['build', 'test (24)', 'test [24]', '../../etc/passwd', '.hidden', '🦄']
  const { run } = await openPaperDispatcher(build({ jobs: [job({ id: id(40), name: 'lint' }), ...jobs(...names)] }))

  const { output } = await run(['artifacts', 'ada/engine#3', '--to', to])

  const files = ['build', 'test-24', 'test-24.2', 'etc-passwd', 'hidden', 'job'].map((name) => `${name}.tar.gz`)
  expect(output).toBe(files.map((file) => `${join(to, file)}\n`).join(''))
  expect(new Set(await readdir(to))).toEqual(new Set(files))
  expect(await readFile(join(to, 'build.tar.gz'), 'utf8')).toBe('artifacts')
})

test('the artifacts of one job are saved by its id', async () => {
  const to = await temporaryFolder()
  const { run } = await openPaperDispatcher(build({ jobs: jobs('build', 'test') }))

  await run(['artifacts', id(21), '--to', to])

  expect(await readdir(to)).toEqual(['test.tar.gz'])
})

test('artifacts that come different are not saved', async () => {
  const to = await temporaryFolder()
  const { run } = await openPaperDispatcher(build({ jobs: jobs('build') }), 'something')

  await expect(run(['artifacts', '3', '--to', to])).rejects.toMatchObject({ code: 'BLOB_HASH_WRONG' })

  expect(await readdir(to)).toEqual([])
})

test('a build without artifacts is told', async () => {
  const { run } = await openPaperDispatcher(build({ jobs: [job()] }))

  await expect(run(['artifacts', '3'])).rejects.toMatchObject({ code: 'ARTIFACTS_NOT_FOUND' })
})

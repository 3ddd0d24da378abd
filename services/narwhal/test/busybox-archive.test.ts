import { spawnSync } from 'node:child_process'
import { mkdtemp, readlink, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { busyboxArchive } from '../setup/busybox-archive.ts'
import { isStaticProgram } from '../setup/is-static-program.ts'

test('tar unpacks the archive to a root file system', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const program = Buffer.from('a program of an odd length')

  const archive = busyboxArchive(program, ['busybox', 'ls', 'sh'])
  const { status, stderr } = spawnSync('tar', ['-x', '-p', '-C', folder], { input: archive })

  expect([status, stderr.toString()]).toEqual([0, ''])
  expect(await readFile(join(folder, 'bin/busybox'))).toEqual(program)
  expect(await readlink(join(folder, 'bin/sh'))).toBe('busybox')
  expect(await readFile(join(folder, 'etc/passwd'), 'utf8')).toMatch(/^root:x:0:0:/)
  expect((await stat(join(folder, 'tmp'))).mode & 0o7777).toBe(0o1777)
  expect((await stat(join(folder, 'bin/busybox'))).mode & 0o777).toBe(0o755)
})

test('the same busybox makes the same archive', () => {
  const archive = () => busyboxArchive(Buffer.from('program'), ['sh'])

  expect(archive()).toEqual(archive())
})

test('a program that names a loader is not static, nor is what is no program', async () => {
  expect(isStaticProgram(await readFile(process.execPath))).toBe(false)
  expect(isStaticProgram(Buffer.from('#!/bin/sh\n'.repeat(20)))).toBe(false)
  expect(isStaticProgram(Buffer.alloc(0))).toBe(false)
})

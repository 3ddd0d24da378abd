import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePipeline } from '@narwhal/pipeline'
import { expect, test } from 'vitest'
import { initPipeline } from '../commands/init.ts'
import { openPaperTerminal } from './paper-terminal.ts'
import { temporaryFolder } from './temporary-folder.ts'

const npm = JSON.stringify({ scripts: { test: 'node --test', build: 'tsc', start: 'node .' } })

test.each([
  ['npm', { 'package.json': npm, 'package-lock.json': '{}' }, 'node:24', ['npm ci', 'npm run build', 'npm run test']],
  ['npm without a lock file', { 'package.json': '{}' }, 'node:24', ['npm install']],
  [
    'pnpm',
    { 'package.json': npm, 'pnpm-lock.yaml': '' },
    'node:24',
    ['corepack enable', 'pnpm install --frozen-lockfile', 'pnpm build', 'pnpm test'],
  ],
  ['pytest', { 'pyproject.toml': '' }, 'python:3.13', ['pip install -e .', 'pip install pytest', 'pytest']],
  ['go', { 'go.mod': 'module x' }, 'golang:1.25', ['go vet ./...', 'go test ./...']],
  ['cargo', { 'Cargo.toml': '', 'Cargo.lock': '' }, 'rust:1', ['cargo test --locked']],
  ['maven', { 'pom.xml': '' }, 'maven:3-eclipse-temurin-21', ['mvn --batch-mode verify']],
  ['gradle', { 'build.gradle.kts': '', gradlew: '' }, 'gradle:8-jdk21', ['./gradlew check']],
  ['make', { Makefile: 'CC = gcc\nall: x\ntest: all\n\t./x\n' }, 'gcc:15', ['make test']],
])('init writes a narwhal.yml for %s', async (_, files, image, steps) => {
  const directory = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  const terminal = openPaperTerminal()

  const code = await initPipeline({ terminal }, directory)

  const parsed = parsePipeline(await readFile(join(directory, 'narwhal.yml'), 'utf8'))
  const [job] = 'pipeline' in parsed ? parsed.pipeline.jobs : []
  expect(code).toBe(0)
  expect(job?.image).toBe(image)
  expect(job?.steps.map(({ work }) => ('run' in work ? work.run : ''))).toEqual(steps)
  expect(terminal.output()).toContain('narwhal exec')
})

test('init leaves a narwhal.yml as it is, and says when there is nothing that it knows', async () => {
  const directory = await temporaryFolder()

  const nothing = initPipeline({ terminal: openPaperTerminal() }, directory)
  await expect(nothing).rejects.toMatchObject({ code: 'NOTHING_TO_INIT' })

  await writeFile(join(directory, 'narwhal.yml'), 'run: mine')
  const exists = initPipeline({ terminal: openPaperTerminal() }, directory)
  await expect(exists).rejects.toMatchObject({ code: 'PIPELINE_EXISTS' })
  expect(await readFile(join(directory, 'narwhal.yml'), 'utf8')).toBe('run: mine')
})

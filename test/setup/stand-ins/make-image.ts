import { execFile } from 'node:child_process'
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { importRoot } from './import-root.ts'
import { provideStandIn } from './provide-stand-in.ts'

// No registry is needed for the images of the tests: they are made of this machine's own programs, with the libraries that
// these load, on a static busybox. They bear the names that people use, so that the files under test are those of the docs.

const exec = promisify(execFile)
const busybox = '/bin/busybox'

/** What an image holds beside busybox. */
export interface ImageContent {
  /** Where it is on this machine → where it is in the image; libraries come along. */
  readonly programs: Readonly<Record<string, string>>
  /** Directories, on this machine → in the image. */
  readonly trees?: Readonly<Record<string, string>>
  /** Path → target. */
  readonly links?: Readonly<Record<string, string>>
  /** Path → text of a program. */
  readonly scripts?: Readonly<Record<string, string>>
  /** Names of users, uid 1000 and up. */
  readonly users?: readonly string[]
  /** Lines of a Dockerfile: EXPOSE, CMD, ENV, USER. */
  readonly changes?: readonly string[]
}

/** Makes an image unless it is there. Disposing takes its name away, if it was given here. */
export function makeImage(name: string, content: ImageContent): Promise<AsyncDisposable> {
  const make = async (kept: string) => {
    const root = await mkdtemp(join(tmpdir(), 'narwhal-image-'))
    try {
      await fillRoot(root, content)
      await importRoot(root, { name: kept, changes: content.changes ?? [] })
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  }
  return provideStandIn(name, { recipe: content, make })
}

async function fillRoot(root: string, content: ImageContent): Promise<void> {
  const { programs, trees = {}, links = {}, scripts = {}, users = [] } = content
  for (const directory of ['bin', 'etc', 'tmp', 'usr/bin', 'root', 'run'])
    await mkdir(join(root, directory), { recursive: true })
  await chmod(join(root, 'tmp'), 0o1777)
  await copyFile(busybox, join(root, 'bin/busybox'))
  const { stdout } = await exec(busybox, ['--list'])
  const applets = stdout.split('\n').filter((applet) => applet !== '' && applet !== 'busybox')
  for (const applet of applets) await symlink('busybox', join(root, 'bin', applet))
  await symlink('/bin/env', join(root, 'usr/bin/env'))
  const people = [
    'root:x:0:0:root:/root:/bin/sh',
    ...users.map((user, place) => `${user}:x:${1000 + place}:${1000 + place}:${user}:/tmp:/bin/sh`),
  ]
  await writeFile(join(root, 'etc/passwd'), `${people.join('\n')}\n`)
  await writeFile(
    join(root, 'etc/group'),
    `root:x:0:\n${users.map((user, place) => `${user}:x:${1000 + place}:\n`).join('')}`,
  )
  for (const [from, to] of Object.entries(trees))
    await cp(from, join(root, to), { recursive: true, verbatimSymlinks: true })
  for (const [from, to] of Object.entries(programs)) await copyProgram(root, from, to)
  for (const [path, target] of Object.entries(links)) await place(root, path, (file) => symlink(target, file))
  for (const [path, text] of Object.entries(scripts))
    await place(root, path, (file) => writeFile(file, text, { mode: 0o755 }))
}

async function copyProgram(root: string, from: string, to: string): Promise<void> {
  await place(root, to, (file) => cp(from, file, { dereference: true, force: true }))
  const { stdout } = await exec('ldd', [from]).catch(() => ({ stdout: '' })) // a static one has none
  const libraries = stdout.split('\n').flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? [])
  for (const library of libraries)
    await place(root, library, (file) => cp(library, file, { dereference: true, force: true }))
}

async function place(root: string, path: string, write: (file: string) => Promise<unknown>): Promise<void> {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await write(file)
}

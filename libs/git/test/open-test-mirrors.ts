import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mirrors, openMirrors } from '../index.ts'

/** Mirrors in a directory of their own, and a clock on which waiting takes no time. */
export interface TestMirrors extends AsyncDisposable {
  readonly mirrors: Mirrors
  readonly root: string
  /** Where the mirror of `source` stands. */
  readonly mirrorPath: string
  /** How long was waited, each time, in milliseconds. */
  readonly waitsMs: number[]
  /** A directory that is not there yet. */
  readonly workspace: string
  /** The same root in a new life. */
  reopen(): Promise<void>
}

/** The repository that all tests use. */
export const repository = { host: 'example.org', owner: 'owner', name: 'name' }

/** A signal that nobody aborts. */
export const never = new AbortController().signal

/** Opens mirrors in a new temporary directory, which closing removes. */
export async function openTestMirrors(): Promise<TestMirrors> {
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-mirrors-'))
  const root = join(folder, 'mirrors')
  const waitsMs: number[] = []
  const open = () => openMirrors({ root, clock: { sleep: async (ms) => void waitsMs.push(ms) } })
  let mirrors = await open()
  return {
    get mirrors() {
      return mirrors
    },
    root,
    mirrorPath: join(root, 'example.org', 'owner', 'name.git'),
    waitsMs,
    workspace: join(folder, 'workspace'),
    async reopen() {
      await mirrors[Symbol.asyncDispose]()
      mirrors = await open()
    },
    async [Symbol.asyncDispose]() {
      await mirrors[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

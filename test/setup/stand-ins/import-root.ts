import { spawn } from 'node:child_process'
import Docker from 'dockerode'

/** What an image is called, and lines of a Dockerfile: EXPOSE, CMD, ENV, USER. */
export interface Import {
  readonly name: string
  readonly changes: readonly string[]
  /** Whether everything in it is root's, whoever made the directory. */
  readonly isAllOfRoot?: boolean
}

/** Makes an image of a directory. */
export async function importRoot(root: string, { name, changes, isAllOfRoot = true }: Import): Promise<void> {
  const owner = isAllOfRoot ? ['--owner=0', '--group=0'] : []
  const archive = spawn('tar', ['-c', '--numeric-owner', ...owner, '-C', root, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [, repo, tag] = /^(.+):([^:/]+)$/.exec(name) ?? []
  const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  const progress = await new Docker().importImage(archive.stdout, { repo, tag, changes: [path, ...changes] })
  for await (const _ of progress) continue
}

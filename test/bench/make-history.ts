import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { problem } from '@narwhal/protocol'
import type { MadeRepository } from '../../libs/git/test/make-repository.ts'

/** Adds `count` commits to `main` of a repository, each with a change of its own; gives their names, oldest first. */
export async function makeHistory(repository: MadeRepository, count: number): Promise<readonly string[]> {
  const importing = spawn('git', ['-C', repository.path, 'fast-import', '--quiet', '--force'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  importing.stdin.end(Array.from({ length: count }, (_, place) => commitOf(place)).join(''))
  const [code] = await once(importing, 'close')
  if (code !== 0) throw problem('INTERNAL', `git fast-import ended with ${String(code)}`)
  const listing = spawn('git', ['-C', repository.path, 'rev-list', '--reverse', `-${count}`, 'main'])
  return (await text(listing.stdout)).trim().split('\n')
}

function commitOf(place: number): string {
  const content = `change ${place}\n`
  const from = place === 0 ? 'from refs/heads/main^0\n' : ''
  return [
    'commit refs/heads/main',
    `committer Ada <ada@example.org> ${1_700_000_000 + place} +0000`,
    'data 8\nA change',
    `${from}M 100644 inline change.txt`,
    `data ${Buffer.byteLength(content)}\n${content}`,
    '',
  ].join('\n')
}

import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLog, systemClock } from '@narwhal/host'
import { type BuildView, listBuilds } from '@narwhal/protocol'
import { expect, onTestFinished, vi } from 'vitest'
import { runProgram } from '../program.ts'
import { startNarwhal } from '../up.ts'
import { provideSecrets, readUpConfig } from '../up-config.ts'
import { watchedRepository } from '../watched-repository.ts'
import { openPaperTerminal } from './paper-terminal.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface CommandEnd {
  readonly code: number
  readonly output: string
  readonly remarks: string
}

/** All of Narwhal in this process, with the scripted engine; it watches a repository whose narwhal.yml has `steps`. */
export async function openTestNarwhal(steps: readonly string[] | undefined) {
  const folder = await temporaryFolder()
  const path = join(folder, 'ada', 'engine')
  const env = {
    NARWHAL_DATA: join(folder, 'data'),
    NARWHAL_PORT: '0',
    NARWHAL_ENGINE: 'scripted:',
    NARWHAL_BLOBS: 'memory:',
  }
  const config = await provideSecrets(readUpConfig({ ...env, NARWHAL_QUEUE: 'memory:', NARWHAL_STORE: 'memory:' }))
  const watched = steps === undefined ? [] : [watchedRepository(await makeRepository(path, steps), config)]
  const narwhal = await startNarwhal(config, { clock: systemClock, log: silentLog(), dockerHost: undefined, watched })
  onTestFinished(() => narwhal[Symbol.asyncDispose]())
  const at = { baseUrl: narwhal.url, token: config.apiToken }
  const client = { NARWHAL_DISPATCHER_URL: narwhal.url, NARWHAL_API_TOKEN: config.apiToken }
  return {
    narwhal,
    config,
    /** Runs a command line of `narwhal` against it. */
    run: (argv: readonly string[], looks: { isLive?: boolean; input?: string } = {}) => runCommand(argv, client, looks),
    /** The newest build, once it is in that state. */
    build: (state: BuildView['state']) =>
      vi.waitFor(
        async () => {
          const { builds } = await narwhal.client.call(listBuilds, { ...at, query: { limit: 1 } })
          expect(builds[0]?.state).toBe(state)
          return builds[0]
        },
        { timeout: 10_000, interval: 20 },
      ),
  }
}

/** Runs a command line of `narwhal` with a terminal on paper. */
export async function runCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  looks: { readonly isLive?: boolean; readonly input?: string } = {},
): Promise<CommandEnd> {
  const terminal = openPaperTerminal(looks)
  const { signal } = new AbortController()
  const code = await runProgram(argv, { env, clock: systemClock, terminal, signal })
  return { code, output: terminal.output(), remarks: terminal.remarks() }
}

/** A git repository with one commit. */
export async function makeRepository(path: string, steps: readonly string[]): Promise<string> {
  await mkdir(path, { recursive: true })
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: path, stdio: 'pipe' })
  git('init', '--quiet', '--initial-branch=main')
  await writeFile(join(path, 'narwhal.yml'), JSON.stringify({ image: 'busybox', steps }))
  git('add', '.')
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '--quiet', '-m', 'Count in Roman numerals')
  return path
}

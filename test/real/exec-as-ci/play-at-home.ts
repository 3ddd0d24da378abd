import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeRepository } from '../../../libs/git/test/make-repository.ts'
import type { BuildWithLogs } from '@narwhal/cli/build-logs'
import { owner } from '../../scenarios/start-theatre.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Home } from './homes.ts'
import type { PlayedBuild } from './outcome-of.ts'
import { repositoryName } from './repository-name.ts'

export interface PlayedAtHome extends PlayedBuild {
  readonly exitCode: number
}

/** The same commit as in CI, by `narwhal exec` in a working tree that has it checked out. */
export async function playAtHome({ name, pipeline, expected }: Scenario, home: Home): Promise<PlayedAtHome> {
  const { given = {} } = expected
  await using repository = await makeRepository({ files: { 'narwhal.yml': pipeline, ...given.files } })
  const { branch = 'main', secrets = {} } = given
  if (branch !== 'main') await repository.git('checkout', '--quiet', '-b', branch)
  await repository.git('remote', 'add', 'origin', `https://github.com/${owner}/${repositoryName(name)}.git`)
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-home-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const secretsFile = join(folder, 'secrets.env')
  await writeFile(
    secretsFile,
    Object.entries(secrets)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  const argv = ['exec', '--fresh', '--json', '--secrets-file', secretsFile]
  const { exitCode, output, remarks } = await home.run({ argv, cwd: repository.path, env: homeEnvironment(folder) })
  if (output === '') throw new RangeError(`narwhal exec said nothing but: ${remarks}`)
  const build = JSON.parse(output) as BuildWithLogs // what is read is compared later
  return { exitCode, build, logs: new Map(build.jobs.map(({ id, log }) => [id, log])) }
}

function homeEnvironment(folder: string): Readonly<Record<string, string>> {
  const { PATH = '', DOCKER_HOST } = process.env
  const own = { PATH, HOME: folder, XDG_CACHE_HOME: folder, NARWHAL_RUNNER_SLOTS: '4' }
  return DOCKER_HOST === undefined ? own : { ...own, DOCKER_HOST }
}

import { relative } from 'node:path'
import type { UpConfig } from './up-config.ts'
import type { Watched } from './watched-repository.ts'

export interface WelcomeOptions {
  readonly config: Pick<UpConfig, 'apiTokenPath' | 'webhookSecretPath' | 'publicUrl'>
  readonly url: string
  readonly watched: readonly Watched[]
  readonly demo: boolean
}

/** What a person sees first: where Narwhal is, where the secrets are, what it waits for. */
export function welcome({ config, url, watched, demo }: WelcomeOptions): readonly string[] {
  const { apiTokenPath, webhookSecretPath, publicUrl = url } = config
  const [repository] = watched
  return [
    '',
    `Narwhal is up: ${url}`,
    '',
    `  API token       ${apiTokenPath === undefined ? 'the one of NARWHAL_API_TOKEN' : shown(apiTokenPath)}`,
    `  GitHub webhook  ${publicUrl}/webhooks/github`,
    '                  content type application/json, just the push event',
    `                  secret: ${webhookSecretPath === undefined ? 'the one of NARWHAL_GITHUB_WEBHOOK_SECRET' : shown(webhookSecretPath)}`,
    ...(repository === undefined
      ? []
      : [`  Watching        ${shown(repository.url)}${demo ? '  (commit there, and it is built)' : ''}`]),
    '  Commands        npx pnpm exec narwhal builds | log | resubmit | cancel | runners | lint',
    ...(repository === undefined
      ? ['', 'Waiting for webhooks. To watch a repository: npm start -- --watch PATH_OR_URL']
      : []),
    '',
  ]
}

/** A path below the current directory without it. */
function shown(path: string): string {
  const below = path.startsWith('/') ? relative('.', path) : path
  return below.startsWith('..') ? path : below
}

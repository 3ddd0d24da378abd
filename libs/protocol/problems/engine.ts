import type { ProblemEntry } from './entry.ts'

/** Codes of engine. Those that end attempts by themselves (IMAGE_NOT_FOUND, ENGINE_GONE, …) are in outcome.ts. */
export const engineProblems = {
  ENGINE_URL_INVALID: {
    status: 500,
    title: 'NARWHAL_ENGINE names no engine that Narwhal has',
    fix: 'Set it to `docker:` (DOCKER_HOST, else /var/run/docker.sock), `unix:/path/to.sock`, `docker:/path/to.sock` or `scripted:`.',
  },
  ENGINE_REFUSED: {
    status: 500,
    title: 'The container engine refused a request',
    fix: 'Read its answer above and the log of the engine; Narwhal tries again by itself.',
    retried: true,
  },
  ENGINE_NETWORKS_FULL: {
    status: 500,
    title: 'The container engine has no addresses left for another network',
    fix: 'Remove unused networks with `docker network prune`, or give the engine larger `default-address-pools`.',
    retried: true,
  },
  CONTAINER_GONE: {
    status: 500,
    title: 'The container of the attempt ended or was removed by somebody else',
    fix: 'Nothing, if the engine was restarted: Narwhal tries again. Else look for what removes containers, or for a step that kills every process.',
    retried: true,
  },
} as const satisfies Record<string, ProblemEntry>

import type { ProblemEntry } from './entry.ts'

/** Codes of engine. Those that end attempts by themselves (IMAGE_NOT_FOUND, ENGINE_GONE, …) are in outcome.ts. */
export const engineProblems = {
  ENGINE_URL_INVALID: {
    status: 500,
    title: 'NARWHAL_ENGINE names no engine that Narwhal has',
    fix: 'Set it to `docker:` (DOCKER_HOST, else /var/run/docker.sock), `unix:/path/to.sock`, `docker:/path/to.sock`, `podman:`, `podman:/path/to.sock`, `host:` or `scripted:`.',
  },
  DOCKER_CONFIG_INVALID: {
    status: 500,
    title: 'The file of registry logins cannot be understood',
    fix: 'Set NARWHAL_DOCKER_CONFIG to a file as `docker login` writes it (~/.docker/config.json), with the logins in `auths` and no `credsStore`.',
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
  IMAGE_ACCESS_DENIED: {
    status: 422,
    title: 'The image registry does not let the runner in',
    fix: 'Set NARWHAL_DOCKER_CONFIG of the runner to a config.json with a login for that registry, or correct the name of the image.',
  },
  IMAGE_BUILD_FAILED: {
    status: 422,
    title: 'The image could not be built',
    fix: 'Read the output of the step; `docker build` shows the same on your machine.',
  },
  IMAGE_BUILD_UNSUPPORTED: {
    status: 422,
    title: 'The engine of the runner cannot build this image',
    fix: 'Leave out what only BuildKit has (`RUN --mount`, here-documents, `COPY --link`), or run the job on a runner whose engine is Docker.',
  },
  IMAGE_PUSH_FAILED: {
    status: 500,
    title: 'The image could not be pushed',
    fix: 'Check the name of the tag, the registry and the network of the runner; Narwhal tries again by itself.',
    retried: true,
  },
  SIDECAR_ENDED: {
    status: 422,
    title: 'A sidecar ended before it was ready',
    fix: 'Read its last lines above; correct its `image`, `env` or `resources` under `services:` in narwhal.yml.',
  },
  STEP_DIRECTORY_MISSING: {
    status: 422,
    title: 'The directory of the step is not there',
    fix: 'Correct `dir:` in narwhal.yml, or make the directory in a step before; it is relative to the workspace.',
  },
  STEP_USER_MISSING: {
    status: 422,
    title: 'The image has no such user',
    fix: 'Correct `user:` in narwhal.yml: a user of the image by name, or any number.',
  },
  HOST_ENGINE_UNSUPPORTED: {
    status: 422,
    title: 'The job needs containers, and its runner runs plain processes',
    fix: 'Give the runner a container engine (`NARWHAL_ENGINE=docker:`), or send the job to one that has it by `runs-on:`.',
  },
} as const satisfies Record<string, ProblemEntry>

import type { ProblemEntry } from './entry.ts'

/** Codes of setting a machine up: the container engine, packages, the demo. */
export const setupProblems = {
  ENGINE_MISSING: {
    status: 500,
    title: 'No container engine answers',
    fix: 'Install or start one as said above, or point DOCKER_HOST at the socket of one (unix:///path/to/docker.sock); then start Narwhal again.',
  },
  ENGINE_NOT_STARTED: {
    status: 500,
    title: 'The container engine did not start',
    fix: 'Its log, named above, says why. An engine needs a machine where root may mount file systems and make networks.',
  },
  PACKAGES_MISSING: {
    status: 500,
    title: 'Something that is needed is not installed',
    fix: 'Install what is named above, then start again.',
  },
  DEMO_IMAGE_MISSING: {
    status: 500,
    title: 'The image of the demo can neither be pulled nor made here',
    fix: 'Make an image registry reachable, load the image with `docker load`, or watch your own repository: `npm start -- --watch PATH_OR_URL`.',
  },
  DEMO_NOT_MADE: {
    status: 500,
    title: 'The demo repository could not be made',
    fix: 'Check that git is installed and that the data directory can be written, or watch your own repository: `npm start -- --watch PATH_OR_URL`.',
  },
} as const satisfies Record<string, ProblemEntry>

/** Carries the id of the runner that made a container or network. */
export const runnerLabel = 'dev.narwhal.runner'

/** Carries the id of the attempt; networks, which serve one attempt after another, carry `spare`. */
export const attemptLabel = 'dev.narwhal.attempt'

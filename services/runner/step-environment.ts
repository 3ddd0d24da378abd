import { type Offer, repositoryKey } from '@narwhal/protocol'

/** Where every container has the workspace. */
const workspace = '/workspace'

/**
 * The environment of all steps of a job: the job's own, and what every step sees. Narwhal's words win, but for git's settings.
 *
 * @param jobEnv `env:` of the job.
 */
export function jobEnvironment(
  { commit, buildNumber, jobName, attempt }: Offer,
  jobEnv: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    // The workspace belongs to whoever runs the runner: without this git refuses it to any other user.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: workspace,
    ...jobEnv,
    CI: 'true',
    NARWHAL: 'true',
    NARWHAL_REPOSITORY: repositoryKey(commit.repository),
    NARWHAL_SHA: commit.sha,
    NARWHAL_REF: commit.ref,
    NARWHAL_BRANCH: shortRef(commit.ref, 'refs/heads/'),
    NARWHAL_TAG: shortRef(commit.ref, 'refs/tags/'),
    NARWHAL_TRIGGER: commit.trigger,
    NARWHAL_BUILD: String(buildNumber),
    NARWHAL_JOB: jobName,
    NARWHAL_ATTEMPT: String(attempt),
    NARWHAL_WORKSPACE: workspace,
  }
}

/** What one step sees above its job's environment. */
export function stepEnvironment(name: string, stepEnv: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(stepEnv).filter(([key]) => key !== 'CI' && !/^NARWHAL(?:_|$)/.test(key))
  return { ...Object.fromEntries(own), NARWHAL_STEP: name }
}

/** The name behind `prefix`, empty when the ref is of another kind. */
function shortRef(ref: string, prefix: string): string {
  return ref.startsWith(prefix) ? ref.slice(prefix.length) : ''
}

import { join } from 'node:path'
import type { StepDefinition } from '@narwhal/pipeline'
import { type Offer, repositoryKey } from '@narwhal/protocol'
import type { AttemptPaths } from './engine/engine.ts'
import { stepOutputPath, stepSummaryPath } from './steps/step-file-paths.ts'
import type { StepPolicy } from './steps/step-policy.ts'

/** The file in the spool of a container with what the runner's owner trusts. */
export const certificatesName = 'certificates.pem'

/** Where well-known programs look for the name of such a file. */
const certificateVariables = [
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'CURL_CA_BUNDLE',
]

interface Where {
  readonly policy: StepPolicy
  /** Where steps find the directories of the attempt. */
  readonly inside: AttemptPaths
}

/**
 * The environment of all steps of a job: the job's own, and what every step sees. Narwhal's words win, but for git's
 * settings, proxies and certificates. Whoever may inspect containers can read it: there are no secrets in it.
 *
 * @param jobEnv `env:` of the job.
 */
export function jobEnvironment(
  { commit, buildNumber, jobName, attempt }: Offer,
  jobEnv: Readonly<Record<string, string>>,
  { policy, inside }: Where,
): Record<string, string> {
  return {
    ...policy.env,
    ...certificateEnvironment(policy, inside),
    // The workspace belongs to whoever runs the runner: without this git refuses it to any other user.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: inside.workspacePath,
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
    NARWHAL_WORKSPACE: inside.workspacePath,
  }
}

/** What one step sees above its job's environment: its own `env:`, the secrets that it names, and its two files. */
export function stepEnvironment(
  { name, env, secrets: named }: Pick<StepDefinition, 'name' | 'env' | 'secrets'>,
  secrets: Readonly<Record<string, string>>,
  { index, inside }: { readonly index: number; readonly inside: AttemptPaths },
): Record<string, string> {
  const secretEnv = Object.entries(named).map(([key, secret]) => [key, secrets[secret] ?? ''] as const)
  const own = [...Object.entries(env), ...secretEnv].filter(([key]) => key !== 'CI' && !/^NARWHAL(?:_|$)/.test(key))
  return {
    ...Object.fromEntries(own),
    NARWHAL_STEP: name,
    NARWHAL_OUTPUT: stepOutputPath(inside.spoolPath, index),
    NARWHAL_SUMMARY: stepSummaryPath(inside.spoolPath, index),
  }
}

function certificateEnvironment({ certificates }: StepPolicy, { spoolPath }: AttemptPaths): Record<string, string> {
  if (certificates === undefined) return {}
  return Object.fromEntries(certificateVariables.map((name) => [name, join(spoolPath, certificatesName)]))
}

/** The name behind `prefix`, empty when the ref is of another kind. */
function shortRef(ref: string, prefix: string): string {
  return ref.startsWith(prefix) ? ref.slice(prefix.length) : ''
}

import type { Environment } from '@narwhal/host'
import type { StepPolicy } from './step-policy.ts'

/** Programs read them in either spelling. */
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()])

/** What the owner of a runner decides about steps: what is configured, and the proxies of the runner itself. */
export function readStepPolicy(
  env: Environment,
  config: Pick<StepPolicy, 'certificates' | 'privilegedRepositories'>,
): StepPolicy {
  const { certificates, privilegedRepositories } = config
  const proxies = proxyVariables.flatMap((name) => {
    const value = env[name]
    return value ? [[name, value] as const] : []
  })
  return { env: Object.fromEntries(proxies), certificates, privilegedRepositories }
}

import { type ProblemError, problem } from '@narwhal/protocol'
import { textOf } from './engine-problem.ts'
import { registryOf } from './registry-logins.ts'

/**
 * Why an image did not come from its registry.
 *
 * @param text what the engine, or the registry, said.
 */
export function pullProblem(image: string, text: string, cause?: unknown): ProblemError {
  if (/manifest unknown|no matching manifest|not found|does not exist/i.test(text)) return imageNotFound(image, text)
  if (isRefusal(text)) return accessDenied(image, text, cause)
  const code = /no space left on device/i.test(text) ? 'DISK_FULL' : 'IMAGE_PULL_FAILED'
  return problem(code, `The image ${image} could not be pulled: ${text}`, { cause })
}

/** The same for the way there. */
export function pushProblem(image: string, text: string, cause?: unknown): ProblemError {
  if (isRefusal(text)) return accessDenied(image, text, cause)
  return problem('IMAGE_PUSH_FAILED', `The image ${image} could not be pushed: ${text}`, { cause })
}

/** An image that is nowhere, or whose name is none. */
export function imageNotFound(image: string, answer: unknown): ProblemError {
  return problem('IMAGE_NOT_FOUND', `The image ${image} was not found: ${textOf(answer)}`, { cause: answer })
}

function isRefusal(text: string): boolean {
  return /unauthori[sz]ed|no basic auth|authentication required|denied|forbidden/i.test(text)
}

function accessDenied(image: string, text: string, cause: unknown): ProblemError {
  const detail = `The registry ${registryOf(image)} does not let this runner have ${image}: ${text}`
  return problem('IMAGE_ACCESS_DENIED', detail, { cause })
}

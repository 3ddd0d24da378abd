import { type ProblemError, problem } from '@narwhal/protocol'

/**
 * Why an image was not built.
 *
 * @param said what the engine said.
 * @param lastLine of the output before.
 */
export function buildProblem(said: string, lastLine: string): ProblemError {
  const detail = `The image was not built: ${said.trim()}${lastLine && `\nThe last line before: ${lastLine}`}`
  if (/no space left on device|disk quota exceeded/i.test(said)) return problem('DISK_FULL', detail)
  if (/buildkit|page not found/i.test(said)) return problem('IMAGE_BUILD_UNSUPPORTED', detail)
  if (isOutage(said)) return problem('IMAGE_PULL_FAILED', detail)
  return problem('IMAGE_BUILD_FAILED', detail)
}

/** The image from which it begins did not come, and another time it may. */
function isOutage(said: string): boolean {
  return /^(?:Get|Head|Error response from daemon: Get) "?https?:|received unexpected HTTP status: 5|TLS handshake timeout/i.test(
    said,
  )
}

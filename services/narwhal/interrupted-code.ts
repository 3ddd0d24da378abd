/** The exit code of a command that a signal ended before it was through, as a shell gives it. */
export function interruptedCode({ reason }: AbortSignal): 130 | 143 {
  return reason instanceof DOMException && reason.message === 'SIGINT' ? 130 : 143
}

/** The files that may read a clock or draw randomness, and why. Nothing in libs/pipeline can be one. */
export const allowedClocks: readonly { readonly path: string; readonly because: string }[] = [
  { path: 'libs/host/clock.ts', because: 'it is the Clock that everybody else takes' },
  { path: 'libs/host/run-main.ts', because: 'ends an OS process that does not end by itself, when no Clock is left' },
]

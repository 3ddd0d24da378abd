/** Tells how long ago it was made, for people. */
export function elapsed(): () => string {
  const startedAt = performance.now()
  return () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
}

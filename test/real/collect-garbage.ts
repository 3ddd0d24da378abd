import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

// Loaded into each service before its main.ts: SIGUSR2 collects all garbage, twice, since some of it is only found then. On a
// machine with much memory V8 lets hundreds of MiB of it lie for minutes, which would hide what is kept and should not be. What is kept then is said in the log.
if (isMainThread) {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  process.on('SIGUSR2', () => {
    collect()
    collect()
    process.stderr.write(`${JSON.stringify({ heldAfterGarbage: process.memoryUsage() })}\n`)
  })
}

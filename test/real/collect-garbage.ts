import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

// Loaded into each service before its main.ts: SIGUSR2 collects all garbage and gives its memory back, as V8 does where it has
// no other. Where there is much memory, it lets hundreds of MiB lie for minutes, which would hide what is kept and should not be. What is kept then is said in the log.
if (isMainThread) {
  setFlagsFromString('--expose-gc')
  const collect: (options: object) => void = runInNewContext('gc')
  process.on('SIGUSR2', () => {
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    process.stderr.write(`${JSON.stringify({ heldAfterGarbage: process.memoryUsage() })}\n`)
  })
}

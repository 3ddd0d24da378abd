import { isMainThread } from 'node:worker_threads'

// Loaded into each service before its main.ts: when the tests are gone, however that came, their end of the pipe is
// closed, and the service ends as by SIGTERM, with everything that it has in the engine. Its threads load this too.
if (isMainThread) {
  process.stdin.resume().once('end', () => process.kill(process.pid, 'SIGTERM'))
  process.stdin.unref()
}

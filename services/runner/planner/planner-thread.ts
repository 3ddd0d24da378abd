import { parentPort } from 'node:worker_threads'
import { type PlanAnswer, type PlanRequest, planBuild } from '@narwhal/pipeline'

// The thread of `open-planner.ts`: says that it is there, then answers each request in its turn. What planBuild throws
// ends it, which is its answer.
parentPort?.on('message', (request: PlanRequest) => {
  const answer: PlanAnswer = planBuild(request)
  parentPort?.postMessage(answer)
})
parentPort?.postMessage('ready')

export type { QueueClock } from './clock.ts'
export { openQueue } from './open-queue.ts'
export type {
  IncomingMessage,
  OnBatch,
  OutgoingMessage,
  Queue,
  QueueEvent,
  QueueOptions,
  TakeOptions,
} from './queue.ts'
export { type EachTaking, takeEach } from './take-each.ts'

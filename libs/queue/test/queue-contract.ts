import { describe } from 'vitest'
import { describeBatches } from './contract/describe-batches.ts'
import { describeKeeping } from './contract/describe-keeping.ts'
import { describeRefusals } from './contract/describe-refusals.ts'
import { describeReopening } from './contract/describe-reopening.ts'
import { describeTopics } from './contract/describe-topics.ts'
import type { OpenPlace } from './contract/queue-place.ts'

interface ContractedKind {
  readonly openPlace: OpenPlace
  /** Whether messages outlive the `Queue` object. */
  readonly durable: boolean
}

/** What every adapter of the queue must keep to. */
export function describeQueue(kind: string, { openPlace, durable }: ContractedKind): void {
  describe(`${kind} gives each message to whom it is for`, () => {
    describeTopics(openPlace)
  })
  describe(`${kind} gives in batches`, () => {
    describeBatches(openPlace)
  })
  describe(`${kind} refuses`, () => {
    describeRefusals(openPlace)
  })
  describe(`${kind} loses nothing`, () => {
    describeKeeping(openPlace)
  })
  describe.each(durable ? [kind] : [])('%s outlives its user', () => {
    describeReopening(openPlace)
  })
}

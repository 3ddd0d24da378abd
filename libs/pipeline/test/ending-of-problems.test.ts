import { expect, test } from 'vitest'
import { endingOfProblems, parsePipeline } from '../index.ts'

test('a build of a broken file ends failed, and its message has every problem and its code', () => {
  const parsed = parsePipeline('imge: a\nrun: b\nfoo: c\n')

  const ending = endingOfProblems('problems' in parsed ? parsed.problems : [])

  expect(ending).toMatchObject({ outcome: 'failed', code: 'PIPELINE_INVALID' })
  expect(ending.message?.match(/PIPELINE_UNKNOWN_KEY — /g)).toHaveLength(2)
})

test('the message of the worst file fits into an ending', () => {
  const parsed = parsePipeline(`{${Array.from({ length: 5_000 }, (_, index) => `imag${index}: 1`).join(',')}}`)

  const ending = endingOfProblems('problems' in parsed ? parsed.problems : [])

  expect(ending.message?.length).toBeLessThanOrEqual(65_536)
})

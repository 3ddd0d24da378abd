import { expect, test } from 'vitest'
import { type Point, trendOf } from './series.ts'

test('what grows in its start only is flat', () => {
  const { isFlat, slopePerHour } = trendOf(seriesOf((at) => Math.min(at, 100_000)))

  expect({ isFlat, slopePerHour: Math.round(slopePerHour) }).toEqual({ isFlat: true, slopePerHour: 0 })
})

test('what goes on growing is not, and its slope is told', () => {
  const { isFlat, slopePerHour, bandPerHour } = trendOf(seriesOf((at) => at))

  expect(isFlat).toBe(false)
  expect(slopePerHour).toBeCloseTo(3_600_000)
  expect(bandPerHour).toBeCloseTo(0)
})

test('what grows slowly but surely is not flat either', () => {
  const { first, last, isFlat } = trendOf(seriesOf((at) => 1_000 + at * 0.0001))

  expect(last).toBeLessThan(first * 1.1)
  expect(isFlat).toBe(false)
})

test('what goes up and down is flat, with a band', () => {
  const { isFlat, bandPerHour } = trendOf(seriesOf((at) => 1_000 + (at % 3_000)))

  expect(isFlat).toBe(true)
  expect(bandPerHour).toBeGreaterThan(0)
})

function seriesOf(valueAt: (at: number) => number) {
  const points = Array.from({ length: 100 }, (_, place): Point => {
    const at = place * 10_000
    return { at, value: valueAt(at) }
  })
  return { name: 'memory', unit: 'bytes', slack: 10, points } as const
}

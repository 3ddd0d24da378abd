import { expect, test } from 'vitest'
import { openTestNetwork } from './engine-fixture.ts'
import type { EngineUnderTest } from './engine-under-test.ts'

/** What an engine without adoption says. */
export function testNoAdoption(under: EngineUnderTest): void {
  test('an engine whose containers end with the runner adopts none', async () => {
    await using attempt = await openTestNetwork(under.engine, under.image)
    await using container = await attempt.startContainer()

    expect(under.engine.adoptNetwork).toBeUndefined()
    expect(container.id).toBe('')
    expect(container.awaitStep).toBeUndefined()
  })
}

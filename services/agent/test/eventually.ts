import { vi } from 'vitest'

vi.setConfig({ testTimeout: 60_000 }) // a busy machine is slow, not wrong

/** Polls until `check` passes; fails as it last failed. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 30_000, interval: 20 })
}

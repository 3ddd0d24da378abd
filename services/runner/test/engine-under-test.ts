import { afterAll, beforeAll, expect } from 'vitest'
import type { Engine } from '../engine/engine.ts'

export interface EngineUnderTest {
  readonly engine: Engine
  /** An image that is present. */
  readonly image: string
  readonly missingImage: string
  /** Present, too; only for engines that have sidecars. */
  readonly sidecars?: SidecarImages
}

export interface SidecarImages {
  /** Its own command prints `up` and goes on; it has no HEALTHCHECK and exposes no port. */
  readonly image: string
  /** Its own command prints `no space for tea` and exits. */
  readonly dyingImage: string
}

/** Opens the engine before the first test; its parts are read while tests run. */
export function openedBefore(open: () => Promise<EngineUnderTest>): Required<EngineUnderTest> {
  let opened: EngineUnderTest | undefined
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened?.engine[Symbol.asyncDispose]())
  const get = () => opened ?? expect.fail('the engine is not open')
  return {
    get engine() {
      return get().engine
    },
    get image() {
      return get().image
    },
    get missingImage() {
      return get().missingImage
    },
    get sidecars() {
      return get().sidecars ?? expect.fail('the engine has no sidecars')
    },
  }
}

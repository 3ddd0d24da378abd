import type { JobDefinition, SidecarDefinition } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'
import type { JobWork } from '../attempt.ts'
import type { Sidecar } from '../engine/engine.ts'
import { withinTime } from '../within-time.ts'
import { allTogether } from './all-together.ts'
import type { ContainersDeps } from './job-containers.ts'

/** How long one may take until it is ready, in milliseconds. */
const readyLimitMs = 5 * 60_000

/**
 * Starts sidecars side by side; resolves once all are ready.
 *
 * @throws SIDECAR_ENDED, SIDECAR_NOT_READY with the last lines of its output; as `startSidecar`.
 */
export async function startSidecars(
  { sidecars }: JobDefinition,
  { network, guests, work }: ContainersDeps,
): Promise<void> {
  const starts = sidecars.map((definition) => async (signal: AbortSignal) => {
    const { host, image, env, ready, resources } = definition
    const spec = {
      ...{ host, image, env },
      ...(ready === undefined ? {} : { ready }),
      ...(Object.keys(resources).length === 0 ? {} : { resources }),
    }
    const sidecar = guests.add(await network.startSidecar(spec, { signal }))
    await untilReady(definition, sidecar, { ...work, signal })
  })
  await allTogether(starts, work.signal)
}

async function untilReady({ host }: SidecarDefinition, sidecar: Sidecar, { clock, signal }: JobWork): Promise<void> {
  const tooLate = problem('SIDECAR_NOT_READY', `The sidecar "${host}" was not ready within 5 minutes.`)
  const ready = (limited: AbortSignal) => sidecar.untilReady({ signal: limited })
  try {
    await withinTime(ready, { ms: readyLimitMs, clock, signal, tooLate: () => tooLate })
  } catch (error) {
    if (error !== tooLate) throw error
    const output = await sidecar.lastOutput()
    throw problem('SIDECAR_NOT_READY', `${tooLate.message}${output === '' ? '' : `\n${output}`}`)
  }
}

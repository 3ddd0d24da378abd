import type { SidecarDefinition } from '../pipeline.ts'
import type { JobInFile } from '../schema/jobs.ts'
import { resourcesFromFile } from './limits-from-file.ts'
import { textsOf } from './texts-of.ts'
import { withoutAbsent } from './without-absent.ts'

/** In the order of the file. */
export function sidecarsFromFile(sidecars: JobInFile['services'] = {}): readonly SidecarDefinition[] {
  return Object.entries(sidecars).map(([host, sidecar]) => {
    const { image, env, ready, resources } = typeof sidecar === 'string' ? { image: sidecar } : sidecar
    return withoutAbsent({ host, image, env: textsOf(env), ready, resources: resourcesFromFile(resources) })
  })
}

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Canary } from '../../real/canary/make-canary.ts'
import { commandLines, engineRecords, filesBelow, metricsOf, type Place } from '../../real/canary/places.ts'
import type { Rig } from '../rig/rig.ts'
import type { Evidence } from './evidence.ts'
import { type Finding, findingOf } from './finding.ts'

/** What the engine and the processes show at this moment, while jobs run. */
export async function placesNow({ programs }: Rig): Promise<readonly Place[]> {
  const parts = [engineRecords(), commandLines(), metricsOf(programs.map(({ program }) => program)).catch(() => [])]
  return (await Promise.all(parts)).flat()
}

/** I13: the secret is in none of its forms where it was not asked to be. @param sampled what was seen while the plan was played */
export async function checkSecrets(
  { rig, builds, logs }: Evidence,
  canary: Canary,
  sampled: { readonly places: number; readonly found: readonly string[] },
): Promise<readonly Finding[]> {
  const told: readonly Place[] = [
    { where: 'builds', bytes: Buffer.from(JSON.stringify(builds)) },
    ...[...logs].map(([id, bytes]) => ({ where: `log of ${id}`, bytes })),
    ...(await placesNow(rig)),
  ]
  let looked = told.length + sampled.places
  const found = [...sampled.found, ...foundIn(canary, told)]
  for (const entry of await readdir(rig.root, { withFileTypes: true })) {
    const { name } = entry
    if (!entry.isDirectory() || name === 'repositories') continue
    const files = await filesBelow(join(rig.root, name))
    looked += files.length
    found.push(...foundIn(canary, files))
  }
  const finding = findingOf('I13', 'the secret is nowhere but in its container', found, (what) => ({ what, about: [] }))
  return [{ ...finding, checked: looked }]
}

/** Where a form of the secret is, in words. */
export function foundIn(canary: Canary, places: readonly Place[]): readonly string[] {
  return places.flatMap(({ where, bytes }) => canary.find(bytes).map((form) => `${where}: ${form}`))
}

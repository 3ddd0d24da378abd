import type { Scenario } from './scenario.ts'

/** Whether a scenario needs containers and nothing that a working tree has no word for. */
export function isForHomeToo({ expected }: Scenario): boolean {
  const { given = {}, meanwhile, engine } = expected
  const words = ['files', 'branch', 'secrets']
  return engine === undefined && meanwhile === undefined && Object.keys(given).every((key) => words.includes(key))
}

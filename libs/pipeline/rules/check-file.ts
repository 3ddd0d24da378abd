import type { FoundExpression, YamlSource } from '../reading.ts'
import type { YamlMap } from '../yaml-value.ts'
import { checkExpressions } from './check-expressions.ts'
import { checkImages } from './check-images.ts'
import { checkInputs } from './check-inputs.ts'
import { checkJobNames } from './check-job-names.ts'
import { checkMatrices } from './check-matrices.ts'
import { checkNeedsOf } from './check-needs-of.ts'
import { checkRoot } from './check-root.ts'
import { checkSteps } from './check-steps.ts'
import { type FileRules, jobsIn } from './file-rules.ts'

/** What is known of a file when its values were read. */
export interface ReadSource extends YamlSource {
  readonly expressions: readonly FoundExpression[]
  readonly nested: boolean
  readonly inputs: readonly string[]
}

/** Adds the problems that no single value has, but several together. */
export function checkFile(root: YamlMap, source: ReadSource): void {
  const rules: FileRules = { ...source, root, jobs: jobsIn(root) }
  const checks = [checkRoot, checkImages, checkJobNames, checkNeedsOf, checkSteps, checkMatrices, checkInputs]
  for (const check of [...checks, checkExpressions]) check(rules)
}

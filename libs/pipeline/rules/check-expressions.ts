import { checkCondition, checkTemplate } from '../expressions/check-expression.ts'
import type { ExpressionFault } from '../expressions/fault.ts'
import { quoted } from '../quoted.ts'
import type { FoundExpression } from '../reading.ts'
import { sourceOffset } from '../source-offset.ts'
import type { FileRules } from './file-rules.ts'
import { createScopes } from './scopes.ts'

const mostExpressions = 5_000

/** Every expression can be read, has the right type, and reads only what there is where it stands. */
export function checkExpressions(rules: FileRules): void {
  const scopes = createScopes(rules)
  let count = 0
  for (const found of rules.expressions) {
    count += found.kind === 'condition' ? 1 : found.value.text.split('${{').length - 1
    if (count > mostExpressions) return addLimitProblem(found, rules)
    const check = found.kind === 'condition' ? checkCondition : checkTemplate
    const fault = check(found.value.text, scopes.scopeOf(found))
    if (fault === undefined) continue
    const offset = sourceOffset(found.value, fault.offset, rules.text)
    rules.problems.add(fault.code, offset, { message: fault.message, hint: hintOf(fault, found, rules) })
  }
}

/** What a default or the whole build cannot read, a single job might. */
function hintOf({ code, hint }: ExpressionFault, { path }: FoundExpression, { root }: FileRules): string {
  const [first = ''] = path
  if (code !== 'PIPELINE_UNKNOWN_NAME' || first === 'jobs') return hint
  if (first === 'concurrency') return 'It is about the whole build: it can read branch, tag, trigger and their like.'
  if (!root.entries.has('jobs')) return hint
  return `It is a default: every job that has no ${quoted(String(first))} of its own must be able to read it.`
}

function addLimitProblem({ value }: FoundExpression, { problems }: FileRules): void {
  problems.add('PIPELINE_OVER_LIMIT', value.start, {
    message: `the file has more than ${mostExpressions} expressions, counting again what aliases repeat`,
    hint: 'Decide it in a script instead.',
  })
}

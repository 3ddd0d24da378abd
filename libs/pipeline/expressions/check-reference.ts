import { isGlob, matchesName } from '../glob.ts'
import { nearestName } from '../nearest-name.ts'
import { quoted } from '../quoted.ts'
import type { ExpressionFault } from './fault.ts'
import { type Reference, statusWords } from './reference.ts'
import type { ExpressionScope } from './scope.ts'

/** What is wrong with reading this here: it is not known, or a slip of what is. */
export function checkReference(reference: Reference, scope: ExpressionScope): ExpressionFault | undefined {
  switch (reference.kind) {
    case 'name':
      return scope.isCondition || !statusWords.some((word) => word === reference.name)
        ? undefined
        : onlyInConditions(reference, reference.name)
    case 'changed':
      return scope.isCondition ? undefined : onlyInConditions(reference, 'changed()')
    case 'matrix':
      return checkKey(reference, {
        known: scope.matrix,
        noun: 'the matrix',
        part: 'axis',
        none: 'This job has no matrix.',
      })
    case 'input':
      return checkKey(reference, {
        known: scope.inputs,
        noun: '`on: manual:`',
        part: 'input',
        none: 'Declare it: on: { manual: { inputs: { name: … } } }',
      })
    case 'output':
    case 'outcome':
      return checkNeed(reference, scope.needs)
    default:
      return reference satisfies never
  }
}

function onlyInConditions({ start }: Reference, name: string): ExpressionFault {
  return {
    code: 'PIPELINE_BAD_EXPRESSION',
    offset: start,
    message: `${quoted(name)} stands only in conditions`,
    hint: 'Use it in `if:`.',
  }
}

interface KnownKeys {
  readonly known: readonly string[]
  readonly noun: string
  readonly part: string
  readonly none: string
}

function checkKey(
  { key, start }: Extract<Reference, { kind: 'matrix' | 'input' }>,
  { known, noun, part, none }: KnownKeys,
): ExpressionFault | undefined {
  if (known.includes(key)) return undefined
  return {
    code: 'PIPELINE_UNKNOWN_NAME',
    offset: start,
    message: `${noun} has no ${part} ${quoted(key)}`,
    hint: known.length === 0 ? none : suggestion(key, known),
  }
}

function checkNeed(
  { job, start }: Extract<Reference, { kind: 'output' | 'outcome' }>,
  needs: readonly string[] | undefined,
): ExpressionFault | undefined {
  const code = 'PIPELINE_UNKNOWN_NAME'
  if (needs === undefined) {
    const hint = 'Read it in the environment, the image or the `if` of a job that needs the other.'
    return { code, offset: start, message: 'nothing is known of other jobs here', hint }
  }
  if (needs.some((need) => need === job || (isGlob(need) && matchesName(need, job)))) return undefined
  const nearest = nearestName(job, needs)
  const hint = `${nearest === undefined ? '' : `Did you mean ${nearest}? `}To read it, need it: needs: [${[...needs, job].join(', ')}]`
  return { code, offset: start, message: `this job does not need ${quoted(job)}`, hint }
}

function suggestion(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known)
  return `${nearest === undefined ? '' : `Did you mean ${nearest}? `}There is ${known.join(', ')}`
}

import { nearestName } from '../nearest-name.ts'
import { quoted } from '../quoted.ts'
import type { ConditionFacts, ExpressionFacts } from './facts.ts'
import type { PlainName, Reference, StatusWord } from './reference.ts'
import { branchOf, tagOf } from './short-ref.ts'

/** The value of a reference, or why there is none, in a sentence. */
export type ReferenceValue = { readonly value: string | boolean } | { readonly missing: string }

/** What a reference reads. Conditions have more facts than texts. */
export function valueOfReference(reference: Reference, facts: ExpressionFacts | ConditionFacts): ReferenceValue {
  switch (reference.kind) {
    case 'name':
      return { value: valueOfName(reference.name, facts) }
    case 'matrix':
      return valueOfKey(reference, facts.matrix)
    case 'input':
      return valueOfKey(reference, facts.inputs ?? facts.commit.inputs ?? {})
    case 'output':
      return valueOfOutput(reference, facts)
    case 'outcome':
      return valueOfOutcome(reference, facts)
    case 'changed': {
      const value = 'changed' in facts ? ownValue(facts.changed, reference.glob) : undefined
      const missing = `It is not known here whether files changed that match ${quoted(reference.glob)}.`
      return value === undefined ? { missing } : { value }
    }
    default:
      return reference satisfies never
  }
}

function valueOfName(name: PlainName | StatusWord, facts: ExpressionFacts | ConditionFacts): string | boolean {
  const { commit } = facts
  const words = 'words' in facts ? facts.words : { success: true, failure: false, cancelled: false }
  switch (name) {
    case 'trigger':
      return commit.trigger
    case 'branch':
      return branchOf(commit)
    case 'tag':
      return tagOf(commit)
    case 'ref':
      return commit.ref
    case 'sha':
      return commit.sha
    case 'author':
      return commit.author ?? ''
    case 'always':
      return true
    case 'success':
    case 'failure':
    case 'cancelled':
      return words[name]
    default:
      return name satisfies never
  }
}

function valueOfKey(
  { key, isTest }: Extract<Reference, { kind: 'matrix' | 'input' }>,
  values: Readonly<Record<string, string>>,
): ReferenceValue {
  const value = ownValue(values, key)
  return { value: isTest ? value !== undefined : (value ?? '') }
}

type OutputReference = Extract<Reference, { kind: 'output' }>

/** A job that did not pass has no outputs, which are empty texts then; of one that passed each read output is there. */
function valueOfOutput({ job, key, isTest }: OutputReference, { needs }: ExpressionFacts): ReferenceValue {
  const needed = ownValue(needs, job)
  const value = needed === undefined ? undefined : ownValue(needed.outputs, key)
  if (isTest) return { value: value !== undefined }
  if (value !== undefined) return { value }
  if (needed === undefined) return { missing: `Nothing is known here of the job ${quoted(job)}.` }
  if (needed.outcome !== 'passed') return { value: '' }
  const nearest = nearestName(key, Object.keys(needed.outputs))
  const hint = nearest === undefined ? `Ask first: has(needs.${job}.outputs.${key})` : `Did you mean ${nearest}?`
  return { missing: `The job ${quoted(job)} wrote no output ${quoted(key)}. ${hint}` }
}

function valueOfOutcome({ job }: Extract<Reference, { kind: 'outcome' }>, { needs }: ExpressionFacts): ReferenceValue {
  const needed = ownValue(needs, job)
  return needed === undefined
    ? { missing: `Nothing is known here of the job ${quoted(job)}.` }
    : { value: needed.outcome }
}

/** Keys come from the file: only what was put there counts. */
function ownValue<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined
}

import { quoted } from '../quoted.ts'
import type { YamlMap, YamlValue } from '../yaml-value.ts'
import { type FileRules, itemsOf, keysOf, textOf, valueOf } from './file-rules.ts'

const maxSteps = 100

/** Keys of jobs and steps that fit only together, and the number of steps. */
export function checkSteps(rules: FileRules): void {
  for (const { value } of rules.jobs) {
    checkUses(value, rules)
    const steps = itemsOf(value.kind === 'list' ? value : valueOf(value, 'steps'))
    for (const step of steps) checkStep(step, rules)
    checkNumber(steps, rules)
  }
}

function checkStep(step: YamlValue, rules: FileRules): void {
  checkUses(step, rules)
  const beside = valueOf(step, 'parallel')
  if (step.kind !== 'map' || beside === undefined) return
  for (const one of itemsOf(beside)) checkUses(one, rules)
  for (const [key, { keyStart }] of step.entries) {
    if (key === 'parallel' || key === 'run' || key === 'uses') continue // two things to run are reported already
    rules.problems.add('PIPELINE_KEY_MISPLACED', keyStart, {
      message: `${quoted(key)} cannot stand beside "parallel"`,
      hint: 'Write it into each of the steps that run side by side.',
    })
  }
}

/** `with` are the inputs of `uses`; a push needs a tag. */
function checkUses(value: YamlValue, { problems }: FileRules): void {
  if (value.kind !== 'map') return
  const inputs = value.entries.get('with')
  if (inputs === undefined) return
  if (!value.entries.has('uses')) {
    problems.add('PIPELINE_KEY_MISPLACED', inputs.keyStart, {
      message: '"with" stands without "uses"',
      hint: 'Add what it is for, for example: uses: image',
    })
  }
  if (inputs.value.kind === 'map') checkPush(inputs.value, { problems })
}

function checkPush(inputs: YamlMap, { problems }: Pick<FileRules, 'problems'>): void {
  const push = inputs.entries.get('push')
  if (textOf(push?.value)?.toLowerCase() !== 'true' || push === undefined || keysOf(inputs).includes('tags')) return
  problems.add('PIPELINE_KEY_MISSING', push.keyStart, {
    message: '"push" needs "tags"',
    hint: 'Write under which names, for example: tags: ["shop/web:1"]',
  })
}

function checkNumber(steps: readonly YamlValue[], { problems }: FileRules): void {
  const all = steps.flatMap((step) => {
    const beside = valueOf(step, 'parallel')
    return beside === undefined ? [step] : itemsOf(beside)
  })
  const [first] = steps
  if (first === undefined || all.length <= maxSteps || steps.length > maxSteps) return
  problems.add('PIPELINE_OVER_LIMIT', all[maxSteps]?.start ?? first.start, {
    message: `the job has ${all.length} steps, with those of "parallel"; ${maxSteps} is the limit`,
    hint: 'Put several commands into one `run: |`.',
  })
}

import { expect, test } from 'vitest'
import { openTestRunner } from './open-test-runner.ts'

/** 256 jobs of a hundred steps each, half of which need all of the other half. */
function largePipeline(letter: string): string {
  const cells = Array.from({ length: 128 }, (_, index) => `v${index}${'x'.repeat(90)}`).join(', ')
  const steps = Array.from({ length: 100 }, (_, index) => `      - { name: "${letter.repeat(195)}${index}", run: a }\n`)
  const job = (name: string, needs: string) =>
    `  ${name}:\n    image: a\n    matrix: { a: [${cells}] }\n${needs}    steps:\n${steps.join('')}`
  return `jobs:\n${job('one', '')}${job('other', '    needs: [one]\n')}`
}

test('the plan of a small file with many jobs is large, and arrives', async () => {
  await using runner = await openTestRunner({ pipeline: largePipeline('n') })

  const heard = await runner.run({ kind: 'plan', jobName: 'plan' })

  expect(heard.plan?.jobs).toHaveLength(256)
})

test('a plan that is larger than a report may be is the fault of the file', async () => {
  await using runner = await openTestRunner({ pipeline: largePipeline('ä') })

  const heard = await runner.run({ kind: 'plan', jobName: 'plan' })

  expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'PIPELINE_OVER_LIMIT' })
})

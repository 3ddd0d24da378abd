import type { Commit } from '@narwhal/protocol'
import type { ExpressionFacts } from '../expressions/facts.ts'
import { type Filled, fillTemplate, withInputs } from '../expressions/fill-template.ts'
import { fillTexts, lineOf } from '../expressions/fill-texts.ts'
import type { Concurrency, JobDefinition, JobTemplate } from '../pipeline.ts'
import { quoted } from '../quoted.ts'
import { type Cell, cellsOf, countCells } from './cells-of.ts'
import { mapExpressions } from './map-expressions.ts'
import type { PlannedTemplate } from './planned-template.ts'
import { type NamedCell, uniqueNames } from './unique-names.ts'

const maxJobs = 256

/** One job of the build: a cell of a matrix, or a job without one. Its needs are still to be named. */
export interface ExpandedJob {
  readonly template: PlannedTemplate
  readonly definition: Omit<JobDefinition, 'needs'>
  readonly facts: ExpressionFacts
}

/** What the expressions of a file are answered with when a build is planned. */
export interface PlanFacts {
  readonly commit: Commit
  readonly inputs: Readonly<Record<string, string>>
}

/** All jobs with the first filling done, in the order of the files and of their axes. Problems go to the files. */
export function expandJobs(templates: readonly PlannedTemplate[], facts: PlanFacts): readonly ExpandedJob[] {
  if (isOverLimit(templates)) return []
  const cells = templates.flatMap((template) =>
    cellsOfJob(template.job).map((matrix) => ({ template, matrix, facts: { ...facts, matrix, needs: {} } })),
  )
  const names = uniqueNames(cells.map(namedCell))
  return cells.map((cell, index) => ({
    template: cell.template,
    facts: cell.facts,
    definition: definitionOf(cell, names[index] ?? cell.template.job.key),
  }))
}

interface UnnamedJob {
  readonly template: PlannedTemplate
  readonly matrix: Cell
  readonly facts: ExpressionFacts
}

function isOverLimit(templates: readonly PlannedTemplate[]): boolean {
  let count = 0
  for (const { job, file, ownKey } of templates) {
    count += countCells(job.matrix)
    if (count <= maxJobs) continue
    file.add('PIPELINE_OVER_LIMIT', ['jobs', ownKey], {
      message: `with ${quoted(job.key)} the build has more than ${maxJobs} jobs`,
      hint: 'Use fewer values or fewer axes, or include fewer files.',
    })
    return true
  }
  return false
}

function cellsOfJob({ matrix }: JobTemplate): readonly Cell[] {
  return matrix === undefined ? [{}] : cellsOf(matrix)
}

function namedCell(cell: UnnamedJob): NamedCell {
  const { job } = cell.template
  const values = Object.values(cell.matrix)
  if (job.name === undefined) return { name: job.key, key: job.key, values, isGiven: false }
  const name = textOf(cell, fillTemplate(job.name, cell.facts), 'name')
  return { name: lineOf(name) || job.key, key: job.key, values, isGiven: true }
}

function definitionOf(cell: UnnamedJob, name: string): Omit<JobDefinition, 'needs'> {
  const { facts, matrix, template } = cell
  const withoutInputs = mapExpressions(template.job, (expression) => withInputs(expression, facts))
  const filled = fillTexts(withoutInputs, (text) => fillTemplate(text, facts, { keep: 'needs' }))
  const { matrix: _axes, needs: _keys, concurrency, ...job } = 'job' in filled ? filled.job : template.job
  if ('fault' in filled) addFault(cell, filled.fault, [])
  return { ...job, name, matrix, ...(concurrency === undefined ? {} : { concurrency: groupOf(cell, concurrency) }) }
}

function groupOf(cell: UnnamedJob, concurrency: Concurrency): Concurrency {
  const group = lineOf(textOf(cell, fillTemplate(concurrency.group, cell.facts), 'concurrency'))
  if (group === '') addFault(cell, 'The group is empty.', ['concurrency'])
  return { ...concurrency, group }
}

function textOf(cell: UnnamedJob, filled: Filled, key: string): string {
  if ('text' in filled) return filled.text
  addFault(cell, filled.fault, [key])
  return ''
}

function addFault({ template, matrix }: UnnamedJob, fault: string, path: readonly string[]): void {
  const values = Object.values(matrix).join(', ')
  template.file.add('PIPELINE_UNANSWERED', ['jobs', template.ownKey, ...path], {
    message: `${quoted(template.job.key)} cannot be planned: ${fault}`,
    hint: values === '' ? 'Look at what it reads for this commit.' : `It is so for the cell ${values.slice(0, 200)}.`,
  })
}

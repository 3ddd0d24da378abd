import type { JobTemplate, Pipeline } from '../pipeline.ts'
import { countCells } from '../plan/cells-of.ts'
import type { ProblemList } from '../problem-list.ts'
import { quoted } from '../quoted.ts'
import type { YamlPath } from '../reading.ts'

const maxJobs = 256
const maxSecrets = 100

/** A problem list, and where in its file the parts of the pipeline stand. */
export interface LocatedProblems {
  readonly problems: ProblemList
  readonly locate: (path: YamlPath) => number
}

/** Adds the problems of a pipeline that has too many jobs when its matrices are multiplied out, or none. */
export function checkSize({ jobs }: Pipeline, { problems, locate }: LocatedProblems): void {
  let count = 0
  for (const job of jobs) {
    const cells = countCells(job.matrix)
    if (cells === 0) {
      problems.add('PIPELINE_EMPTY', locate(['jobs', job.key, 'matrix']), {
        message: `the matrix of ${quoted(job.key)} leaves no combination`,
        hint: 'Exclude fewer, or remove the job.',
      })
    }
    if (count + cells > maxJobs) {
      problems.add('PIPELINE_OVER_LIMIT', locate(['jobs', job.key, 'matrix']), {
        message: `with ${quoted(job.key)} the build has ${count + cells} jobs; ${maxJobs} is the limit`,
        hint: 'Use fewer values or fewer axes, or take combinations away with `exclude`.',
      })
      return // to count on may take longer than there is time
    }
    count += cells
    checkSecrets(job, { problems, locate })
  }
}

function checkSecrets(job: JobTemplate, { problems, locate }: LocatedProblems): void {
  const names = new Set([job, ...job.steps].flatMap(({ secrets }) => Object.values(secrets)))
  if (names.size <= maxSecrets) return
  problems.add('PIPELINE_OVER_LIMIT', locate(['jobs', job.key, 'secrets']), {
    message: `${quoted(job.key)} names ${names.size} secrets; ${maxSecrets} is the limit of a job`,
    hint: 'Put several values into one secret, or split the job.',
  })
}

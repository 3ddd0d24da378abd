import { Environment } from '@marcbachmann/cel-js'
import { plainNames, statusWords } from './reference.ts'

// CEL sees an expression whose references have been replaced by plain variables (`s0`, `b1`), so that names, jobs and
// their suggestions are our own affair, and only types and values are CEL's.

/** So many references one expression can have. */
export const maxReferences = 64

const limits = { maxAstNodes: 256, maxDepth: 24, maxListElements: 64, maxMapEntries: 16, maxCallArguments: 3 }

/** Reads, checks and answers expressions without references but plain variables. Making one is dear: there is one. */
export const cel: Environment = createCel()

function createCel(): Environment {
  const environment = new Environment({ limits })
  for (const name of plainNames) environment.registerVariable(name, 'string')
  for (const word of statusWords) environment.registerVariable(word, 'bool')
  for (let index = 0; index < maxReferences; index++) {
    environment.registerVariable(`s${index}`, 'string').registerVariable(`b${index}`, 'bool')
  }
  return environment
}

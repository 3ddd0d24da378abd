export { openPlanner, type Planner } from './open-planner.ts'
export { type PlannedCommit, planCommit } from './plan-commit.ts'

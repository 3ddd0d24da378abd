/** What the repository of a scenario is called: what comes behind its number. */
export function repositoryName(scenario: string): string {
  return scenario.replace(/^\d+-/, '')
}

import type { Source, Violation } from './source.ts'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Dependencies without a line in docs/dependencies.md, lines without a dependency, lines without a reason. */
export function unexplainedDependencies(sources: readonly Source[]): readonly Violation[] {
  const page = sources.find(({ path }) => path === 'docs/dependencies.md')?.text ?? ''
  const lines = [...page.matchAll(/^- `([^`]+)`(.*)$/gm)].map(([, name = '', why = '']) => ({ name, why }))
  const used = new Set(sources.filter(({ path }) => /(?:^|\/)package\.json$/.test(path)).flatMap(dependenciesOf))
  const explained = lines.map(({ name }) => name)
  return [
    ...[...used]
      .filter((name) => !explained.includes(name))
      .map((name) => `docs/dependencies.md does not say why ${name}`),
    ...explained.filter((name) => !used.has(name)).map((name) => `docs/dependencies.md: nothing depends on ${name}`),
    ...explained
      .filter((name, at) => explained.indexOf(name) !== at)
      .map((name) => `docs/dependencies.md: ${name} twice`),
    ...lines
      .filter(({ why }) => why.trim().length < 10)
      .map(({ name }) => `docs/dependencies.md: ${name} has no reason`),
  ]
}

function dependenciesOf({ text }: Source): readonly string[] {
  const { dependencies, devDependencies, optionalDependencies }: Manifest = JSON.parse(text)
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
  return names.filter((name) => !name.startsWith('@narwhal/'))
}

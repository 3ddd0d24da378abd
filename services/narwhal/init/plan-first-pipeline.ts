/** What `narwhal init` found in a directory. */
export interface FoundFiles {
  /** Names of the files and directories at the root. */
  readonly names: ReadonlySet<string>
  /** Content of package.json, where there is one that can be read. */
  readonly packageJson?: { readonly scripts?: Readonly<Record<string, string>>; readonly packageManager?: string }
  /** Targets of the Makefile. */
  readonly makeTargets: readonly string[]
}

/** A first narwhal.yml and what it was made for. */
export interface FirstPipeline {
  readonly found: string
  readonly text: string
}

interface Kind {
  readonly found: string
  readonly image: string
  readonly cache?: string
  readonly steps: readonly string[]
}

/** A narwhal.yml for what is there, by the first that fits: Node, Python, Go, Rust, Maven, Gradle, make. */
export function planFirstPipeline(files: FoundFiles): FirstPipeline | undefined {
  const kind = kinds.map((kindOf) => kindOf(files)).find((one) => one !== undefined)
  return kind && { found: kind.found, text: textOf(kind) }
}

const kinds: readonly ((files: FoundFiles) => Kind | undefined)[] = [node, python, go, rust, maven, gradle, make]

function node({ names, packageJson }: FoundFiles): Kind | undefined {
  if (packageJson === undefined) return undefined
  const image = 'node:24'
  const scripts = ['lint', 'build', 'test'].filter((script) => hasScript(packageJson.scripts?.[script]))
  const { found, install, cache, before = [] } = nodeManager(names)
  const run = found === 'npm' ? 'npm run' : found
  return { found, image, cache, steps: [...before, install, ...scripts.map((script) => `${run} ${script}`)] }
}

function hasScript(script: string | undefined): boolean {
  return script !== undefined && !script.includes('no test specified')
}

function nodeManager(names: ReadonlySet<string>) {
  if (names.has('pnpm-lock.yaml')) {
    const before = ['corepack enable']
    return { found: 'pnpm', before, install: 'pnpm install --frozen-lockfile', cache: '~/.local/share/pnpm/store' }
  }
  if (names.has('yarn.lock'))
    return { found: 'yarn', install: 'yarn install --frozen-lockfile', cache: '~/.cache/yarn' }
  const install = names.has('package-lock.json') ? 'npm ci' : 'npm install'
  return { found: 'npm', install, cache: '~/.npm' }
}

function python({ names }: FoundFiles): Kind | undefined {
  const marks = ['pytest.ini', 'pyproject.toml', 'setup.py', 'requirements.txt', 'tox.ini']
  if (!marks.some((name) => names.has(name))) return undefined
  const isPackage = names.has('pyproject.toml') || names.has('setup.py')
  const install = [
    ...(names.has('requirements.txt') ? ['pip install -r requirements.txt'] : []),
    ...(isPackage ? ['pip install -e .'] : []),
  ]
  return {
    found: 'pytest',
    image: 'python:3.13',
    cache: '~/.cache/pip',
    steps: [...install, 'pip install pytest', 'pytest'],
  }
}

function go({ names }: FoundFiles): Kind | undefined {
  if (!names.has('go.mod')) return undefined
  return { found: 'go', image: 'golang:1.25', cache: '/go/pkg/mod', steps: ['go vet ./...', 'go test ./...'] }
}

function rust({ names }: FoundFiles): Kind | undefined {
  if (!names.has('Cargo.toml')) return undefined
  const steps = names.has('Cargo.lock') ? ['cargo test --locked'] : ['cargo test']
  return { found: 'cargo', image: 'rust:1', cache: '/usr/local/cargo/registry', steps }
}

function maven({ names }: FoundFiles): Kind | undefined {
  if (!names.has('pom.xml')) return undefined
  return { found: 'maven', image: 'maven:3-eclipse-temurin-21', cache: '~/.m2', steps: ['mvn --batch-mode verify'] }
}

function gradle({ names }: FoundFiles): Kind | undefined {
  if (!names.has('build.gradle') && !names.has('build.gradle.kts')) return undefined
  const steps = names.has('gradlew') ? ['./gradlew check'] : ['gradle check']
  return { found: 'gradle', image: 'gradle:8-jdk21', cache: '~/.gradle', steps }
}

function make({ makeTargets }: FoundFiles): Kind | undefined {
  const targets = ['check', 'test'].filter((target) => makeTargets.includes(target)).slice(0, 1)
  if (targets.length === 0 && makeTargets.length === 0) return undefined
  return {
    found: 'make',
    image: 'gcc:15',
    steps: targets.length === 0 ? ['make'] : targets.map((target) => `make ${target}`),
  }
}

function textOf({ image, cache, steps }: Kind): string {
  const lines = [
    '# What runs at each push and pull request. `narwhal exec` runs it here; docs/narwhal-yml.md of Narwhal has every key.',
    `image: ${image}`,
    ...(cache === undefined ? [] : [`cache: ['${cache}']`]),
    'steps:',
    ...steps.map((step) => `  - ${step}`),
  ]
  return `${lines.join('\n')}\n`
}

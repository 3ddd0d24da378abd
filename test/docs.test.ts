import { existsSync, readFileSync } from 'node:fs'
import { settings } from '@narwhal/host'
import { parsePipeline } from '@narwhal/pipeline'
import { expect, test } from 'vitest'
import { pipelinePage } from '../tools/pipeline-page.ts'
import { publishedSchema } from '../tools/published-schema.ts'
import { isProduct, readTree } from './architecture/source.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

test('the README has every setting in its table, and no other', () => {
  const table = read('README.md').split('## Configuration')[1] ?? ''

  const named = [...table.matchAll(/`(NARWHAL_[A-Z0-9_]+)`/g)].map(([, name]) => name)

  expect(new Set(named)).toEqual(new Set(Object.keys(settings)))
})

test.each(['README.md', 'docs/architecture.md', 'docs/guarantees.md', 'docs/security.md', 'CONTRIBUTING.md'])(
  'every file that %s names is there',
  (page) => {
    const text = read(page)

    const links = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map(([, path]) =>
      page.startsWith('docs/') ? `docs/${path}` : path,
    )
    const files = [...text.matchAll(/`((?:services|libs|test|docs)\/[\w./-]+\.\w+)`/g)].map(([, path]) => path)

    const missing = [...links, ...files].filter(
      (path) => path === undefined || !existsSync(new URL(`../${path}`, import.meta.url)),
    )
    expect(missing).toEqual([])
  },
)

test('every page that the code names is there', () => {
  const root = new URL('..', import.meta.url).pathname
  const named = readTree(root)
    .filter(isProduct)
    .flatMap(({ path, text }) => [...text.matchAll(/docs\/[\w-]+\.md/g)].map(([page]) => ({ path, page })))

  expect(named.filter(({ page }) => !existsSync(`${root}${page}`))).toEqual([])
})

test.each([
  ['docs/narwhal-yml.md', pipelinePage],
  ['docs/narwhal.schema.json', publishedSchema],
])('%s is what the schema of narwhal.yml says; `pnpm run docs` writes it', (path, page) => {
  expect(read(path)).toBe(page())
})

test('every file that the page of narwhal.yml shows is a pipeline', () => {
  const shown = [...read('docs/narwhal-yml.md').matchAll(/```yaml\n([^`]*)```/g)].map(([, text]) => text ?? '')
  const files = shown.map((text) => (/^(?:image|on):/m.test(text) ? text : `image: node:24\n${text}`))

  expect(files.length).toBeGreaterThan(2)
  expect(files.map((text) => parsePipeline(text)).filter((parsed) => 'problems' in parsed)).toEqual([])
})

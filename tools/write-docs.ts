import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { errorsPage } from './errors-page.ts'
import { pipelinePage } from './pipeline-page.ts'
import { publishedSchema } from './published-schema.ts'

// `pnpm run docs`: writes the pages that come from the code.
const pages = {
  'errors.md': errorsPage,
  'narwhal-yml.md': pipelinePage,
  'narwhal.schema.json': publishedSchema,
}
for (const [name, page] of Object.entries(pages)) {
  writeFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), page())
}

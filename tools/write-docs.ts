import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { errorsPage } from './errors-page.ts'

// `pnpm run docs`: writes the pages that come from the code.
writeFileSync(fileURLToPath(new URL('../docs/errors.md', import.meta.url)), errorsPage())

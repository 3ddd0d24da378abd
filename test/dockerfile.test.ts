import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const checkout = fileURLToPath(new URL('..', import.meta.url))

test('the Dockerfile copies the package.json of each package before it installs', () => {
  const dockerfile = readFileSync(`${checkout}/Dockerfile`, 'utf8')

  const copied = [...dockerfile.matchAll(/^COPY (\S+\/package\.json) /gm)].map(([, path]) => path)

  expect(copied).toEqual(globSync('{libs,services}/*/package.json', { cwd: checkout }).toSorted())
})

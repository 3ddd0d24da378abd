import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readRegistryLogins } from '../engine/read-registry-logins.ts'

async function fileWith(text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-logins-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  await writeFile(join(directory, 'config.json'), text)
  return join(directory, 'config.json')
}

test('logins are read as `docker login` writes them, old and new', async () => {
  const auth = Buffer.from('ada:pass:word').toString('base64')
  const path = await fileWith(
    JSON.stringify({
      auths: {
        'registry.example:5000': { auth },
        'https://index.docker.io/v1/': { username: 'bob', password: 'secret' },
        'kept.elsewhere.example': {},
      },
    }),
  )

  expect(await readRegistryLogins(path)).toEqual({
    'registry.example:5000': { username: 'ada', password: 'pass:word' },
    'index.docker.io': { username: 'bob', password: 'secret' },
  })
})

test.each(['{', '[]', '{"auths": 1}', '{"credsStore": "desktop"}'])('the file %s is refused', async (text) => {
  await expect(readRegistryLogins(await fileWith(text))).rejects.toMatchObject({ code: 'DOCKER_CONFIG_INVALID' })
})

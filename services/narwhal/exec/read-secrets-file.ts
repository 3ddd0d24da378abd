import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { problem } from '@narwhal/protocol'

const shortest = 6

/** The secrets of a file of `NAME=value` lines. @throws {ProblemError} SECRETS_FILE_INVALID */
export async function readSecretsFile(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw problem('SECRETS_FILE_INVALID', `${path} cannot be read`, { cause })
  })
  const secrets: Record<string, string> = {}
  for (const [name, value = ''] of Object.entries(parseEnv(text))) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name)) {
      throw problem('SECRETS_FILE_INVALID', `${path} has the name ${JSON.stringify(name)}`)
    }
    if (value.length < shortest) {
      throw problem(
        'SECRETS_FILE_INVALID',
        `${name} in ${path} has ${value.length} characters; ${shortest} is the least`,
      )
    }
    secrets[name] = value
  }
  return secrets
}

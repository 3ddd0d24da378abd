import { stat } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'
import { socketPathOf } from '../engine/open-engine.ts'
import { runAsOtherUser } from './run-as-other-user.ts'

beforeAll(async () => {
  await provideTestImage()
})

test('a runner that is not root can remove what containers of any user wrote, however they ended', async () => {
  const { gid } = await stat(socketPathOf('docker:', process.env['DOCKER_HOST']))

  const { isRoot, found } = (await runAsOtherUser(new URL('./leave-files.ts', import.meta.url), { gid })) as Report

  expect(isRoot).toBe(false)
  expect(Object.keys(found)).toHaveLength(9)
  expect(new Set(Object.values(found))).toEqual(new Set(['logs kept, all removed']))
})

interface Report {
  readonly isRoot: boolean
  readonly found: Readonly<Record<string, string>>
}

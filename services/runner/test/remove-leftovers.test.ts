import { expect, test } from 'vitest'
import { runAsOtherUser } from './run-as-other-user.ts'

test('a directory that cannot be removed is told of once, and holds nothing up', async () => {
  const found = await runAsOtherUser(new URL('./remove-stuck.ts', import.meta.url))

  expect(found).toMatchObject({
    left: ['stuck'],
    lines: [
      {
        level: 'error',
        fields: {
          code: 'LEFTOVER_STAYS',
          detail: expect.stringMatching(/attempts\/stuck cannot be removed \(EACCES\)/),
          page: 'docs/errors.md#leftover_stays',
        },
      },
    ],
  })
})

import { expect, test } from 'vitest'
import { diskFullOr, hasNoSpace } from '../disk-full.ts'

const mebibyte = 1024 * 1024

test.each([
  ['plenty', { bavail: 1000, bsize: mebibyte, files: 100, ffree: 50 }, false],
  ['no bytes', { bavail: 0, bsize: mebibyte, files: 100, ffree: 50 }, true],
  ['a few bytes', { bavail: 63, bsize: mebibyte, files: 100, ffree: 50 }, true],
  ['no files', { bavail: 1000, bsize: mebibyte, files: 100, ffree: 0 }, true],
  ['files that are not counted', { bavail: 1000, bsize: mebibyte, files: 0, ffree: 0 }, false],
])('a disk with %s left is judged', (_left, disk, full) => {
  expect(hasNoSpace(disk)).toBe(full)
})

test('an errno of a full disk is DISK_FULL whatever is free now', async () => {
  const error = Object.assign(new Error('write'), { code: 'ENOSPC' })

  expect(await diskFullOr(error, '/')).toMatchObject({ code: 'DISK_FULL', cause: error })
})

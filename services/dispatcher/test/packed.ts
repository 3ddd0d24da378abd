import { createHash } from 'node:crypto'

/** What stands for packed artifacts in these tests: 9 bytes. */
export const packed = Buffer.from('artifacts')

export const packedSha256 = createHash('sha256').update(packed).digest('hex')

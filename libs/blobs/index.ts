export type { Blobs, ReadRange, WrittenBlob } from './blobs.ts'
export { openBlobs } from './open-blobs.ts'

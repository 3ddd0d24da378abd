import type { BlobReference, Trust } from '@narwhal/protocol'

// What repositories keep beside their builds: bytes, caches of them, secrets. Every time is in milliseconds since the
// Unix epoch.
//
// 1. Nothing is shared between repositories, nor between trusted and untrusted commits, be the bytes the same.
// 2. A blob lives while a cache points to it, or until `keepUntil`, whichever is later.

/** Whose something is. */
export interface Keeper {
  /** `host/owner/name`. */
  readonly repository: string
  readonly trust: Trust
}

/** Bytes that were uploaded. */
export interface BlobRecord extends Keeper, BlobReference {
  /** Where they are: a key of the blobs. */
  readonly key: string
  readonly uploadedAt: number
  readonly keepUntil: number
}

/** Uploaded bytes; a keeper has one of each SHA-256. */
export interface BlobTable {
  /** false when the keeper has these bytes already. */
  insert(blob: BlobRecord): Promise<boolean>
  find(keeper: Keeper, sha256: string): Promise<BlobRecord | undefined>
  /** Keeps a blob longer, never shorter; false when there is none. */
  keep(keeper: Keeper, sha256: string, keepUntil: number): Promise<boolean>
  /**
   * Removes those whose time is over at `now`, that no cache and no job of an unfinished build points to; what was
   * removed, `limit` at the most.
   */
  removeExpired(options: { readonly now: number; readonly limit: number }): Promise<readonly BlobRecord[]>
  remove(key: string): Promise<void>
  /** Those of `keys` that a blob has. */
  known(keys: readonly string[]): Promise<readonly string[]>
}

/** Where a cache entry is found: whose it is, who may read it, and its key. */
export interface CachePlace extends Keeper {
  readonly scope: string
  readonly key: string
}

/** A cache entry. */
export interface CacheRecord extends CachePlace, BlobReference {
  readonly createdAt: number
  readonly usedAt: number
}

/** Cache entries; one at each place, and it never changes. */
export interface CacheTable {
  /** false when there is one at the place already. */
  insert(entry: CacheRecord): Promise<boolean>
  find(place: CachePlace): Promise<CacheRecord | undefined>
  use(place: CachePlace, usedAt: number): Promise<void>
  remove(place: CachePlace): Promise<void>
  /** Whether an entry of one of these scopes has these bytes. */
  hasBlob(keeper: Keeper, scopes: readonly string[], sha256: string): Promise<boolean>
  /** Removes the entries of a keeper that were not used for longest, until `bytes` are left at the most. */
  shrink(keeper: Keeper, bytes: number): Promise<void>
  /** Removes entries that were last used before `usedAt`. */
  removeUnused(usedAt: number): Promise<void>
}

/** A secret as it is stored: nothing of it can be read without the key that its data key is wrapped with. */
export interface SecretRecord {
  /** `host/owner/name`. */
  readonly repository: string
  readonly name: string
  /** Counts up with every change. */
  readonly version: number
  readonly wrappedKey: Uint8Array
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
  readonly changedAt: number
}

/** Secrets, by repository and name. */
export interface SecretTable {
  /** Inserts, or replaces the one of the same name. */
  put(secret: SecretRecord): Promise<void>
  find(repository: string, name: string): Promise<SecretRecord | undefined>
  /** By name. */
  list(repository: string): Promise<readonly Pick<SecretRecord, 'name' | 'changedAt'>[]>
  /** false when there is none. */
  remove(repository: string, name: string): Promise<boolean>
}

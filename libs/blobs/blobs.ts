/** What was written: its length, and its SHA-256 in hex. */
export interface WrittenBlob {
  readonly bytes: number
  readonly sha256: string
}

/** Which bytes to read: from `start` (0 unless told) up to, not including, `end` (the length unless told). */
export interface ReadRange {
  readonly start?: number
  readonly end?: number
  readonly signal: AbortSignal
}

/**
 * Bytes under keys: cold logs, artifacts, caches.
 *
 * A key is parts of `a-z 0-9 _ . -` split by `/`, at most 512 characters; every call throws BLOB_KEY_INVALID for
 * another. One key may begin with another (`a` and `a/b`). Every call may be repeated, and any number at once.
 * Blobs that stand elsewhere add BLOB_STORE_DENIED, BLOB_STORE_MISSING and BLOB_STORE_UNAVAILABLE to every call.
 */
export interface Blobs extends AsyncDisposable {
  /**
   * Writes all of `source` under `key`, in place of what was there. Readers see the old bytes or the new ones, never
   * a part, and what was written is still there after a crash. When it throws, nothing has changed; only after
   * BLOB_STORE_UNAVAILABLE the new bytes may stand there all the same.
   *
   * @throws BLOB_SPACE_FULL, what `source` throws, or the reason of `signal`.
   */
  write(
    key: string,
    source: AsyncIterable<Uint8Array> | Uint8Array,
    options: { readonly signal: AbortSignal },
  ): Promise<WrittenBlob>
  /**
   * The bytes of a blob, or a range of them; a range beyond the end gives what is there. What is being read stays
   * whole, also when the blob is replaced or removed meanwhile.
   *
   * @throws BLOB_NOT_FOUND at the first chunk, or the reason of `signal`.
   */
  read(key: string, range: ReadRange): AsyncIterable<Uint8Array>
  /** Removes a blob; that there is none is fine. */
  remove(key: string): Promise<void>
  /** The length of a blob, absent when there is none. */
  stat(key: string): Promise<{ readonly bytes: number } | undefined>
  /** Every key that begins with `prefix`, in the order of their characters. `''` lists all. */
  list(prefix: string): AsyncIterable<string>
  /** Removes what is left of writes that began before `before` (milliseconds since the epoch) and never ended. */
  removeAbandoned(before: number): Promise<void>
}

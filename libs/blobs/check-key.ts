import { problem } from '@narwhal/protocol'

/** Throws BLOB_KEY_INVALID unless `key` is one that every adapter can hold, and no path out of its place. */
export function checkKey(key: string): void {
  const parts = key.split('/')
  const whole = /^[a-z0-9][a-z0-9/_.-]{0,511}$/.test(key) && !key.includes('..')
  const odd = parts.some((part) => part === '' || part === '.' || part.length > 200)
  if (!whole || odd) throw problem('BLOB_KEY_INVALID', `${JSON.stringify(key.slice(0, 200))} is not a key.`)
}

import { Type } from 'typebox'

/** A UUID in lower case. Narwhal makes version 7, which sort by the time they were made. */
export const Id = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' })

/** A full git object name: 40 or 64 hex digits. */
export const Sha = Type.String({ pattern: '^(?:[0-9a-f]{40}|[0-9a-f]{64})$' })

const ref = {
  pattern:
    '^refs/(?:heads|tags)/(?!.*(?:\\.\\.|//|@\\{|\\.lock(?:/|$)|/\\.|/$))[A-Za-z0-9_@+=#%,.][A-Za-z0-9_@+=#%,./-]*$',
  maxLength: 255,
}

/** A full ref, such as `refs/heads/main`. Only characters that no shell, URL or git option could misread. */
export const Ref = Type.String(ref)

/** Whether a text fits `Ref`. */
export function isRef(text: string): boolean {
  return text.length <= ref.maxLength && new RegExp(ref.pattern).test(text)
}

const namePart = { pattern: '^(?!\\.{1,2}$)[A-Za-z0-9_.][A-Za-z0-9_.-]*$', maxLength: 100 }

/** One part of a repository's name, safe as a path segment and as a URL segment. */
export const NamePart = Type.String(namePart)

/** Whether a text fits `NamePart`. */
export function isNamePart(text: string): boolean {
  return text.length <= namePart.maxLength && new RegExp(namePart.pattern).test(text)
}

/** Milliseconds since the Unix epoch. */
export const At = Type.Integer({ minimum: 0 })

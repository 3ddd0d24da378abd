/** What an expression can read. `start` and `end` are offsets in its text. */
export type Reference = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'name'; readonly name: PlainName | StatusWord }
  | { readonly kind: 'matrix'; readonly key: string; readonly isTest: boolean }
  | { readonly kind: 'input'; readonly key: string; readonly isTest: boolean }
  | { readonly kind: 'output'; readonly job: string; readonly key: string; readonly isTest: boolean }
  | { readonly kind: 'outcome'; readonly job: string }
  | { readonly kind: 'changed'; readonly glob: string }
)

/** Names that are known of every commit; each is a text. */
export const plainNames = ['trigger', 'branch', 'tag', 'ref', 'sha', 'author'] as const
export type PlainName = (typeof plainNames)[number]

/** Bare words of conditions. */
export const statusWords = ['success', 'failure', 'always', 'cancelled'] as const
export type StatusWord = (typeof statusWords)[number]

/** Whether a reference is answered by true or false. */
export function isBoolean(reference: Reference): boolean {
  if (reference.kind === 'name') return statusWords.some((word) => word === reference.name)
  return reference.kind === 'changed' || ('isTest' in reference && reference.isTest)
}

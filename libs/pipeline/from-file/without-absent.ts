/** `value` without the keys whose value is `undefined`. */
export function withoutAbsent<T extends object>(value: T): Present<T> {
  // Object.fromEntries forgets the keys; they are those of T whose value was there
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Present<T>
}

/** T, in which a key whose value may be `undefined` may be absent instead. */
export type Present<T> = {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key]
} & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>
}

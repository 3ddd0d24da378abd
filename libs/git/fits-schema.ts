/** Whether `text` fits the `pattern` and the `maxLength` of a string schema of the protocol. */
export function fitsSchema(schema: object, text: string): boolean {
  const maxLength = Number(Reflect.get(schema, 'maxLength') ?? Number.POSITIVE_INFINITY)
  return text.length <= maxLength && new RegExp(String(Reflect.get(schema, 'pattern'))).test(text)
}

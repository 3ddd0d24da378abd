/** Least and greatest number of each field, and its words in the order of their numbers. */
const fields = [
  { least: 0, most: 59, words: [] },
  { least: 0, most: 23, words: [] },
  { least: 1, most: 31, words: [] },
  { least: 1, most: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { least: 0, most: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
] as const

/** Whether `text` is a time of cron: five fields of numbers, ranges, lists, steps and `*`. */
export function isSchedule(text: string): boolean {
  const parts = text.trim().split(/[ \t]+/)
  return parts.length === fields.length && fields.every((field, index) => isField(parts[index] ?? '', field))
}

type Field = (typeof fields)[number]

function isField(text: string, field: Field): boolean {
  return text.split(',').every((part) => {
    const [range = '', every, ...more] = part.split('/')
    const isEvery = every === undefined || (/^[0-9]{1,2}$/.test(every) && Number(every) > 0)
    return more.length === 0 && isEvery && isRange(range, field)
  })
}

function isRange(text: string, field: Field): boolean {
  if (text === '*') return true
  const [first = NaN, last = first, ...more] = text.split('-').map((one) => numberOf(one, field))
  return more.length === 0 && first >= field.least && last <= field.most && first <= last
}

function numberOf(text: string, { least, words }: Field): number {
  const index = words.findIndex((word) => word === text.toLowerCase())
  if (index !== -1) return index + least
  return /^[0-9]{1,2}$/.test(text) ? Number(text) : NaN
}

const elfMagic = Buffer.from('\x7fELF', 'latin1')
const class64 = 2
const littleEndian = 1
/** The program header that names a dynamic loader. */
const interpreterSegment = 3

/** Whether `program` is a 64-bit Linux program that needs no loader, so that it runs in an empty image. @see elf(5) */
export function isStaticProgram(program: Buffer): boolean {
  if (program.length < 64 || !program.subarray(0, 4).equals(elfMagic)) return false
  if (program[4] !== class64 || program[5] !== littleEndian) return false
  const tableAt = Number(program.readBigUInt64LE(32))
  const entryBytes = program.readUInt16LE(54)
  const entryCount = program.readUInt16LE(56)
  const starts = Array.from({ length: entryCount }, (_, index) => tableAt + index * entryBytes)
  return starts.every((start) => start + 4 <= program.length && program.readUInt32LE(start) !== interpreterSegment)
}

import type { OpenOracle } from './oracle.ts'

/** I11: the stored log of an attempt is what its steps wrote, byte by byte; that of a lost one is the beginning of it. */
export const wholeLogs: OpenOracle = ({ world, around, ledger, people }) => ({
  async onQuiet() {
    for (const { id, jobId, number, state, logSha256, logEnd } of ledger.attempts.values()) {
      if (logEnd.bytes === 0 && logSha256 === undefined) continue
      const wrote = around.engine.written(id)
      const log = await people.readLog(jobId, number)
      const stored = state.state === 'lost' ? log?.subarray(0, logEnd.bytes) : log // behind it people read that the runner was lost
      const name = ledger.nameOf(id)
      if (stored === undefined) world.violated('I11', `the log of ${name} cannot be read`)
      else if (state.state === 'finished' ? !stored.equals(wrote) : !wrote.subarray(0, stored.length).equals(stored)) {
        world.violated('I11', `the log of ${name} ${difference(stored, wrote)}`)
      }
    }
  },
})

function difference(stored: Buffer, wrote: Buffer): string {
  const at = stored.findIndex((byte, place) => byte !== wrote[place])
  return `has ${stored.length} bytes of ${wrote.length}, and is another one from byte ${at === -1 ? stored.length : at} on`
}

import { openBlobs } from '@narwhal/blobs'
import { isProblem } from '@narwhal/protocol'

// A process of its own that writes a blob of so many bytes below a directory: what its disk does to it shows from outside.
// Prints the code of the problem, or "written".

const [directory = '', bytes = '0'] = process.argv.slice(2)

await using blobs = await openBlobs(`file:${directory}`)
try {
  await blobs.write('logs/a.gz', Buffer.alloc(Number(bytes)), { signal: AbortSignal.timeout(60_000) })
  process.stdout.write('written')
} catch (error) {
  process.stdout.write(isProblem(error) ? error.code : String(error))
}

import { describeStore } from '../../libs/store/test/store-contract.ts'
import { openPlainStore } from './world/store/open-plain-store.ts'

// What most schedules use instead of SQLite does what the port says.
describeStore('of simulations', async () => ({ store: openPlainStore(), [Symbol.asyncDispose]: async () => undefined }))

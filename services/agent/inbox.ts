import { createHash } from 'node:crypto'
import { type Clock, openWake, type Wake } from '@narwhal/host'
import { type CommitMessage, problem } from '@narwhal/protocol'
import { openSqlite } from '@narwhal/store'
import type { Kysely } from 'kysely'
import { type GroupCommit, openGroupCommit } from './group-commit.ts'
import { type HeadMoves, writeHeads } from './head-cursors.ts'
import { type InboxSchema, inboxMigrations } from './inbox-schema.ts'
import { openSpace } from './inbox-space.ts'
import { inboxReadiness } from './inbox-readiness.ts'
import { type SweepMarks, sweepMarks } from './sweep/sweep-marks.ts'

// 1. What `keep` or `keepHeads` resolved for is on the disk (synchronous=FULL), and stays until it is marked relayed.
// 2. The two keys of a delivery stay for ever: a repeated delivery is known after any time.
// 3. An error of the store leaves nothing of the group behind. Nothing is retried here: whoever delivers, delivers again.
// 4. A commit that failed may have happened: the relay looks after every write, or what is there would wait for the next arrival.

/** A verified delivery with the message that was made of it. */
export interface Delivery {
  readonly deliveryId: string
  /** Our own id of the secret that verified the body. */
  readonly secretId: string
  readonly body: Uint8Array
  readonly message: CommitMessage
}

/** `id` is that of the message that is kept: of a duplicate, the first one's. */
export interface Kept {
  readonly id: string
  readonly duplicate: boolean
}

export interface Unrelayed {
  /** Goes up in the order of arrival. */
  readonly position: number
  readonly id: string
  /** A CommitMessage as JSON. */
  readonly message: string
}

/** What was heard of and is not yet in the queue; durable. Errors are INBOX_FULL and INBOX_UNAVAILABLE. */
export interface Inbox extends AsyncDisposable {
  /** Woken whenever something new is to be relayed. For the relay alone. */
  readonly arrivals: Wake
  readonly sweeps: SweepMarks
  keep(delivery: Delivery): Promise<Kept>
  /** Moves the cursors of a watched repository and keeps the messages of the moves, both or neither. */
  keepHeads(moves: HeadMoves): Promise<void>
  /** The sha of each ref of a watched repository as it was last kept. */
  headsOf(repository: string): Promise<ReadonlyMap<string, string>>
  /** The oldest messages behind `position` (0: from the start) that are not marked relayed. */
  takeUnrelayed(limit: number, position?: number): Promise<readonly Unrelayed[]>
  markRelayed(ids: readonly string[]): Promise<void>
  depth(): Promise<number>
  /** 'ready', or why nothing can be kept. */
  readiness(): Promise<string>
}

export interface InboxOptions {
  /** How many bytes of unrelayed deliveries it holds at the most. */
  readonly limitBytes: number
  readonly clock: Clock
}

/** Opens the file of the inbox, or makes it. @throws {ProblemError} STORE_UNAVAILABLE */
export async function openInbox(path: string, options: InboxOptions): Promise<Inbox> {
  return openInboxIn(await openSqlite<InboxSchema>(path, inboxMigrations), options)
}

/** An inbox in a store that is open and has the schema; the inbox owns it from here. */
export async function openInboxIn(store: Kysely<InboxSchema>, { limitBytes, clock }: InboxOptions): Promise<Inbox> {
  const arrivals = openWake()
  const space = await openSpace(store, limitBytes)
  const commits = openGroupCommit(store)
  const readiness = inboxReadiness({ commits, space, clock })
  const write: GroupCommit<InboxSchema>['write'] = (change) => readiness.watch(commits.write(change))

  return {
    arrivals,
    sweeps: sweepMarks(store, write),
    readiness: readiness.check,
    async keep(delivery) {
      const bytes = delivery.body.byteLength + rowBytes
      try {
        const kept = await space.hold(bytes, () => write((transaction) => insertDelivery(transaction, delivery, bytes)))
        if (kept.duplicate) space.free(bytes)
        return kept
      } finally {
        arrivals.wake() // 4
      }
    },
    async keepHeads(moves) {
      const bytes = moves.messages.length * rowBytes
      try {
        await space.hold(bytes, () => write((transaction) => writeHeads(transaction, moves, rowBytes)))
      } finally {
        if (bytes > 0) arrivals.wake() // 4
      }
    },
    async headsOf(repository) {
      const rows = await store.selectFrom('cursors').selectAll().where('repository', '=', repository).execute()
      return new Map(rows.map(({ ref, sha }) => [ref, sha]))
    },
    takeUnrelayed: (limit, position = 0) =>
      store
        .selectFrom('messages')
        .select(['position', 'id', 'message'])
        .where('position', '>', position)
        .orderBy('position')
        .limit(limit)
        .execute(),
    async markRelayed(ids) {
      const gone = await write((transaction) =>
        transaction.deleteFrom('messages').where('id', 'in', ids).returning('bytes').execute(),
      )
      space.free(gone.reduce((sum, { bytes }) => sum + bytes, 0))
    },
    async depth() {
      const { count } = await store
        .selectFrom('messages')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return count
    },
    async [Symbol.asyncDispose]() {
      await commits.write(async () => undefined).catch(() => undefined) // behind everything that is being written
      await store.destroy()
    },
  }
}

/** What a row counts beside its body: the message, the keys and the indexes. */
const rowBytes = 1024

async function insertDelivery(store: Kysely<InboxSchema>, delivery: Delivery, bytes: number): Promise<Kept> {
  const { deliveryId, secretId, body, message } = delivery
  const digest = createHash('sha256').update(body).digest('hex')
  const keys = { delivery_id: deliveryId, secret_id: secretId, digest }
  const isNew = await store
    .insertInto('deliveries')
    .values({ message_id: message.id, ...keys, received_at: message.receivedAt })
    .onConflict((conflict) => conflict.doNothing())
    .returning('message_id')
    .executeTakeFirst()
  if (isNew === undefined) return { id: await firstOf(store, keys), duplicate: true }
  const row = { id: message.id, message: JSON.stringify(message), body, bytes }
  await store.insertInto('messages').values(row).execute()
  const { host, owner, name } = message.commit.repository
  const heardOf = store.insertInto('repositories').values({ host, owner, name })
  await heardOf.onConflict((conflict) => conflict.doNothing()).execute()
  return { id: message.id, duplicate: false }
}

type Keys = Pick<InboxSchema['deliveries'], 'delivery_id' | 'secret_id' | 'digest'>

async function firstOf(store: Kysely<InboxSchema>, { delivery_id, secret_id, digest }: Keys): Promise<string> {
  const first = await store
    .selectFrom('deliveries')
    .select('message_id')
    .where((row) => row.or([row('delivery_id', '=', delivery_id), row.and({ secret_id, digest })]))
    .executeTakeFirst()
  if (first === undefined) throw problem('INBOX_UNAVAILABLE', 'The store of the inbox contradicts itself')
  return first.message_id
}

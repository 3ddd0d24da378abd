export { type Inbox, openInboxIn } from '../inbox.ts'
export { type InboxSchema, inboxMigrations } from '../inbox-schema.ts'

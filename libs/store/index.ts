export { type Migrations, openSqlite } from './open-sqlite.ts'
export { openStore } from './open-store.ts'
export * from './store.ts'

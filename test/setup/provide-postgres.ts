import { Client } from 'pg'
import { startPostgres } from './start-postgres.ts'

/** A PostgreSQL to test with, and as many empty databases in it as one likes. */
export interface PostgresToTest extends AsyncDisposable {
  /** An empty database of its own; disposing removes it, whoever is still connected. */
  openDatabase(): Promise<AsyncDisposable & { readonly url: string }>
}

/** That of NARWHAL_TEST_POSTGRES_URL, whose user may make databases; else one of our own. */
export async function providePostgres(): Promise<PostgresToTest> {
  const given = process.env['NARWHAL_TEST_POSTGRES_URL']
  await using undo = new AsyncDisposableStack()
  const url = given || undo.use(await startPostgres()).url
  const started = undo.move()
  let databases = 0
  return {
    openDatabase: () => openDatabase(url, `narwhal_${process.pid}_${process.hrtime.bigint()}_${++databases}`),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/** Makes a database in the PostgreSQL at `url`. */
async function openDatabase(serverUrl: string, name: string): Promise<AsyncDisposable & { readonly url: string }> {
  await command(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => command(serverUrl, `drop database if exists ${name} with (force)`),
  }
}

async function command(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}

import { connect } from 'amqplib'
import { Client } from 'pg'

const queues = ['narwhal.commits.dispatcher', 'narwhal.build-events.reporter', 'narwhal.reports.dispatcher']

/** How many messages wait at the broker for whom, and what the database's sessions do. */
export async function describeBackings(amqpUrl: string, databaseUrl: string): Promise<unknown> {
  const [waiting, sessions] = await Promise.all([
    describeQueues(amqpUrl).catch(String),
    describeSessions(databaseUrl).catch(String),
  ])
  return { waiting, sessions }
}

async function describeQueues(url: string): Promise<unknown> {
  const connection = await connect(url, { timeout: 5_000 })
  const channel = await connection.createChannel()
  const counts = []
  for (const queue of queues) counts.push(await channel.checkQueue(queue))
  await connection.close()
  return counts
}

async function describeSessions(url: string): Promise<unknown> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(
    `select pid, state, wait_event_type, wait_event, left(query, 200) as query, now() - xact_start as open_for
     from pg_stat_activity where datname is not null`,
  )
  await client.end()
  return rows
}

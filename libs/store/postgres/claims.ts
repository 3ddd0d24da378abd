import { type Kysely, sql } from 'kysely'
import type { Claims } from '../claims.ts'

// What keeps two dispatchers from counting the same free slot, and from waiting for one another. Each claims the jobs that it
// looks at and the runners to which it is about to lease. The rows of runners are written, not only locked: whoever has
// looked at one before somebody else leased to it begins again (run-again.ts), and looks at what it holds now. They have
// a table of their own, so that heartbeats and claims never wait for one another.

/**
 * The migration that makes the table, with a row for each runner: one that registers while this is under way, unseen, gets
 * its row with its next sign of life. SQLite, with one writer at a time, needs nothing of it.
 */
export async function createRunnerClaims(schema: Kysely<unknown>): Promise<void> {
  await sql`create table runner_claims (runner_id text primary key, claims bigint not null default 0)`.execute(schema)
  await sql`insert into runner_claims (runner_id) select id from runners`.execute(schema)
  await sql`
    create function narwhal_runner_changed() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        delete from runner_claims where runner_id = old.id;
      elsif not exists (select from runner_claims where runner_id = new.id) then -- an insert would wait for claims
        insert into runner_claims (runner_id) values (new.id) on conflict do nothing;
      end if;
      return null;
    end $$`.execute(schema)
  await sql`
    create trigger narwhal_runner_changed after insert or update or delete on runners
    for each row execute function narwhal_runner_changed()`.execute(schema)
}

/** Who is claimed by another transaction is left out, and nobody waits. */
export const postgresClaims: Claims = {
  async runners(db, ids) {
    const { rows } = await sql<{ runner_id: string }>`
      update runner_claims set claims = claims + 1 where runner_id in (
        select runner_id from runner_claims where runner_id = any(${[...ids]}) for update skip locked
      ) returning runner_id`.execute(db)
    return rows.map(({ runner_id: id }) => id)
  },
  jobs: (query) => query.forUpdate().skipLocked(),
}

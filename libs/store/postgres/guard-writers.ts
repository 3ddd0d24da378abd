import { type Kysely, sql } from 'kysely'

// Here several transactions write at once, each on the state of the moment in which it began. One that writes a row that
// somebody else has written since begins again. What that alone does not keep apart are two that read each other's rows and
// write only their own. Where something is decided so, both write a row together; triggers see to it:
//
// 1. A job that ends also writes the row of its build, so that of two that end at once the second sees the first, and ends
//    the build or releases who waits for both.
// 2. A job, or a build, of a concurrency group also writes the row of that group whenever its place in it may change, so
//    that two never take the last place, and what is newer sees what is older.
//
// Everything else is held by unique keys and by the revisions of the rows themselves.

/** The migration that makes the triggers. SQLite, with one writer at a time, needs nothing of it. */
export async function guardWriters(schema: Kysely<unknown>): Promise<void> {
  await sql`alter table builds add column jobs_ended bigint not null default 0`.execute(schema)
  await sql`
    create function narwhal_job_ended() returns trigger language plpgsql as $$
    begin
      update builds set jobs_ended = jobs_ended + 1 where id = new.build_id;
      return null;
    end $$`.execute(schema)
  await sql`
    create trigger narwhal_job_ended after update on jobs for each row
    when (new.state = 'finished' and old.state <> 'finished') execute function narwhal_job_ended()`.execute(schema)

  await sql`
    create table concurrency_groups (
      repository text not null, kind text not null, name text not null, changes bigint not null,
      primary key (repository, kind, name)
    )`.execute(schema)
  await sql`
    create function narwhal_group_changed() returns trigger language plpgsql as $$
    begin
      insert into concurrency_groups values (new.repository, tg_table_name, new.concurrency_group, 1)
      on conflict (repository, kind, name) do update set changes = concurrency_groups.changes + 1;
      return null;
    end $$`.execute(schema)
  for (const table of ['jobs', 'builds'])
    await sql`
      create trigger narwhal_group_changed after insert or update on ${sql.table(table)} for each row
      when (new.concurrency_group is not null) execute function narwhal_group_changed()`.execute(schema)
}

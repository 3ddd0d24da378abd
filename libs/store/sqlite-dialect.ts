import { type LimitNode, SqliteAdapter, SqliteDialect, SqliteQueryCompiler, ValueNode } from 'kysely'

/** SQLite as kysely speaks it, but for two things in which kysely knows it less well than it could. */
export class TunedSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new Adapter()
  }

  override createQueryCompiler(): SqliteQueryCompiler {
    return new QueryCompiler()
  }
}

/** A schema changes in a transaction like everything else. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/** SQLite plans a query anew at each run when its limit is a parameter, so limits are part of the query's text. */
class QueryCompiler extends SqliteQueryCompiler {
  protected override visitLimit({ limit }: LimitNode): void {
    this.append('limit ')
    if (ValueNode.is(limit)) this.appendImmediateValue(limit.value)
    else this.visitNode(limit)
  }
}

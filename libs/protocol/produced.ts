import { type Static, Type } from 'typebox'

const count = Type.Integer({ minimum: 0 })
const line = Type.String({ maxLength: 1_000 })

/** Bytes that are kept under their own hash. */
export const BlobReference = Type.Object({
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  bytes: count,
})
export type BlobReference = Static<typeof BlobReference>

/** What steps appended to $NARWHAL_OUTPUT, secrets masked. */
export const Outputs = Type.Record(
  Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 100 }),
  Type.String({ maxLength: 16_384 }),
)
export type Outputs = Static<typeof Outputs>

/** A test that did not pass. */
export const FailedTest = Type.Object({ name: line, suite: Type.Optional(line), message: Type.Optional(line) })
export type FailedTest = Static<typeof FailedTest>

/** A remark about a line of a file. */
export const Annotation = Type.Object({
  path: line,
  line: Type.Optional(count),
  level: Type.Enum(['error', 'warning', 'note']),
  message: line,
})
export type Annotation = Static<typeof Annotation>

/** What the report files of a job say. */
export const Reports = Type.Object({
  tests: Type.Optional(
    Type.Object({
      passed: count,
      failed: count,
      skipped: count,
      durationMs: Type.Optional(count),
      failures: Type.Array(FailedTest, { maxItems: 50, description: 'the first of those that failed' }),
    }),
  ),
  coverage: Type.Optional(Type.Object({ coveredLines: count, lines: count })),
  annotations: Type.Optional(Type.Array(Annotation, { maxItems: 50 })),
  problems: Type.Optional(Type.Array(line, { maxItems: 20, description: 'files that could not be read' })),
})
export type Reports = Static<typeof Reports>

/** What an attempt left beside its log. */
export const Produced = Type.Object({
  outputs: Outputs,
  summary: Type.Optional(Type.String({ maxLength: 65_536, description: 'Markdown, secrets masked' })),
  artifacts: Type.Optional(
    Type.Object({ ...BlobReference.properties, files: count, keepMs: Type.Integer({ minimum: 0 }) }),
  ),
  reports: Type.Optional(Reports),
  notes: Type.Optional(Type.Array(line, { maxItems: 20, description: 'what people should know, such as a cache hit' })),
})
export type Produced = Static<typeof Produced>

import { Schema } from "effect";

/** Where a log's tables are missing and may not be made. */

/** What the log lacks in its database, where the role that needs it may not make it. */
export class SetUpNeeded extends Schema.TaggedError<SetUpNeeded>()("SetUpNeeded", {
  database: Schema.String,
  schema: Schema.String,
  /** The schema itself, tables and functions. */
  missing: Schema.Array(Schema.String),
  role: Schema.String,
  /** Who may make it: the schema's owner, or the database's where there is no such schema. */
  owner: Schema.String,
}) {
  override get message() {
    const { database, schema, missing, role, owner } = this;
    return `${database}: the log in the schema ${schema} lacks ${missing.join(", ")}, and the role ${role} may not make that there. Nothing was written. Have the role ${owner} call setup once with this version, as a migration does that runs as ${owner}, or have it grant create on the schema to ${role}.`;
  }
}

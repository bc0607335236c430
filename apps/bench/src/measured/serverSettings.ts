import pg from "pg";

/** What decides how fast a server is, as it tells it to a connection. */
const names = [
  "server_version",
  "fsync",
  "synchronous_commit",
  "full_page_writes",
  "wal_sync_method",
  "shared_buffers",
] as const;

export const read = async (url: string): Promise<Readonly<Record<string, string>>> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const settings: Record<string, string> = {};
  for (const name of names) {
    const { rows } = await client.query(`select current_setting('${name}') as value`);
    settings[name] = String(rows[0]?.value);
  }
  const { rows } = await client.query(
    `select coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale', datcollate) as name
     from pg_database d where datname = current_database()`,
  );
  settings.collation = String(rows[0]?.name);
  await client.end();
  return settings;
};

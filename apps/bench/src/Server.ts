import * as PostgresServer from "@ledgerfold/fixtures/PostgresServer";
import pg from "pg";

/** The PostgreSQL server to measure on, and a fresh database on it for each measurement. */
export interface Server {
  /** What `work` gives of a new database, which is gone after it. */
  readonly inDatabase: <A>(work: (url: string) => Promise<A>) => Promise<A>;
}

/** The one that `LEDGERFOLD_POSTGRES_URL` names, or one of our own, as PostgreSQL comes. */
export const use = async <A>(work: (server: Server) => Promise<A>): Promise<A> => {
  const given = process.env.LEDGERFOLD_POSTGRES_URL;
  if (given !== undefined) return work(on(given));
  const { url, stop } = await PostgresServer.start({ initdbFlags: ["--no-locale", "--no-sync"] });
  try {
    return await work(on(url));
  } finally {
    await stop();
  }
};

const on = (url: string): Server => {
  let made = 0;
  return {
    inDatabase: async (work) => {
      made += 1;
      const name = `ledgerfold_bench_${process.pid}_${made}`;
      await query(url, `create database ${name}`);
      try {
        const own = new URL(url);
        own.pathname = `/${name}`;
        return await work(own.href);
      } finally {
        await query(url, `drop database ${name} with (force)`);
      }
    },
  };
};

/** On a connection of its own: a server may end one that nobody has used for minutes. */
export const query = async (
  url: string,
  sql: string,
): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

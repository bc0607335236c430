import pg from "pg";

/** A program of its own that runs SQL while another one can do nothing: `url sql`. */

const [connectionString = "", sql = ""] = process.argv.slice(2);
const client = new pg.Client({ connectionString });
await client.connect();
await client.query(sql);
await client.end();

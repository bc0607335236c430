import { expect, it } from "vitest";
import * as Program from "./program.ts";
import { database, query, start } from "./server.ts";

/** Two rows of a server that would be one stream, in a log in the server and in one in a file. */

const { run, file } = Program.make("guestsProgram");

it("are refused before anything is written, and found beside a log that has the one", async () => {
  const url = await database(
    await start(18),
    "create table guests (id int primary key, mail text, name text)",
    "insert into guests select n, 'guest-' || n, 'Guest' from generate_series(1, 1000) as n",
    "insert into guests values (1001, 'Guest-3', 'Guest')",
  );
  for (const log of [url, `sqlite:${file("log.db")}`]) {
    const env = { LEGACY_URL: url, EVENT_STORE_URL: log };
    for (const way of ["dry-run", "--force"]) {
      const { code, said } = await run(env, way);
      expect(said).toContain(
        'Bad data: guests id 1001 must not make the stream "guest-3": the row with id 3 makes it',
      );
      expect(said).toContain("1 bad value, so nothing was written");
      expect(code).toBe(4);
    }
    expect((await run(env, "status")).said).toContain("Never migrated");
    await query(url, "update guests set mail = 'guest-1001' where id = 1001");
    expect(await run(env, "--force")).toMatchObject({ code: 0 });
    await query(url, "update guests set mail = 'Guest-3' where id = 1001");
    const { code, said } = await run(env, "verify-only");
    expect(said).toContain(
      'unreadable: Dinner "guest-3", legacy: another row makes the same stream (the row has id INTEGER 3, the other id INTEGER 1001)',
    );
    expect(said).toContain("(the row has id INTEGER 1001, the other id INTEGER 3)");
    expect(code).toBe(3);
  }
});

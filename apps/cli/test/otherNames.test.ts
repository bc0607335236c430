import { spawnSync } from "node:child_process";
import { linkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bin, bytes, copy, count, folder, run, whileOpen } from "./support.ts";

/** A file that others may have open under another name, beside which its newest rows then stand. */

const legacy = join(folder(), "legacy.db");
SampleDatabase.write(legacy, { trades: 20, orders: 5, journalMode: "wal" });

const refused = "SQLite keeps the newest changes beside the one that it was opened by";
const forms = ["dry-run", "verify-only", "rebuild-views", "ledger", "--force"];

const namespace = ["unshare", "--map-root-user", "--mount", "sh", "-ec"] as const;
const mounts = spawnSync(namespace[0], [...namespace.slice(1), "true"]).status === 0;

describe("a file under a second name", { concurrent: true }, () => {
  it("is refused, whatever is to be done with it, while it has another", async () => {
    const path = copy(legacy);
    const other = join(folder(), "other.db");
    linkSync(path, other);
    const twoMore = `insert into onchain_trades (tx_hash, log_index, symbol, amount, direction,
      price_usdc, created_at) select tx_hash, log_index + 500, symbol, 1, 'BUY', 1, created_at
      from onchain_trades limit 2`;
    await whileOpen(path, twoMore, async () => {
      const before = bytes(path);
      const link = join(folder(), "link.db");
      symlinkSync(other, link);
      for (const [form, named] of [...forms.map((form) => [form, other]), ["dry-run", link]]) {
        const { code, stdout, stderr } = await run([form ?? "", "--database-url", named ?? ""]);
        expect(stderr).toContain(`has 2 names (hard links), and ${refused}`);
        expect([code, stdout]).toEqual([2, ""]);
      }
      const elsewhere = ["--database-url", copy(legacy), "--event-store-url", `sqlite:${other}`];
      expect((await run([...elsewhere, "dry-run"])).stderr).toContain(refused);
      expect(bytes(path) === before).toBe(true);
    });
    const known = ["--database-url", other, "--other-names"];
    expect(await run([...known, "--force", "--no-backup"])).toMatchObject({ code: 0 });
    expect((await run([...known, "dry-run"])).stderr).toContain(`${other} --other-names`);
    const asLog = ["--database-url", copy(legacy), "--event-store-url", `sqlite:${other}`];
    expect(await run([...asLog, "--other-names", "status"])).toMatchObject({ code: 0 });
    rmSync(path);
    expect(await run(["--database-url", other, "verify-only"])).toMatchObject({ code: 0 });
  });

  it.skipIf(!mounts)(
    "is refused where it is mounted by itself, and not with its folder",
    async () => {
      const path = copy(legacy);
      const place = folder();
      const work = (mount: string, named: string) =>
        run(["dry-run", "--database-url", named], {
          command: [...namespace, `${mount}; exec "$@"`, "sh", process.execPath, bin],
        });
      const named = join(place, "a b.db");
      const alone = await work(`touch "${named}"; mount --bind ${path} "${named}"`, named);
      expect(alone.stderr).toContain(
        `is mounted by itself, and so has another name in another place, and ${refused}`,
      );
      expect(alone.code).toBe(2);
      const whole = await work(`mount --bind ${dirname(path)} ${place}`, join(place, "legacy.db"));
      expect(whole).toMatchObject({ code: 0 });
    },
  );
});

it("a URL's mode=ro is kept to, and the command to write with is another", async () => {
  const path = copy(legacy);
  const before = bytes(path);
  const dry = await run(["dry-run", "--database-url", `sqlite://${path}?mode=ro`]);
  expect(dry.stderr).toContain(`--database-url 'sqlite://${path}?mode=rw'`);
  expect(dry.code).toBe(0);
  const refused = await run(["--database-url", `sqlite://${path}?mode=ro`, "--force"]);
  expect(refused.stderr).toContain("says mode=ro, and this writes to that file");
  expect(refused.code).toBe(2);
  expect(bytes(path) === before).toBe(true);
  const log = join(folder(), "log.db");
  const words = ["--database-url", `file:${path}?mode=ro`, "--event-store-url", `sqlite:${log}`];
  expect(await run([...words, "--force"])).toMatchObject({ code: 0 });
  expect(count(log, "position_view")).toBeGreaterThan(0);
});

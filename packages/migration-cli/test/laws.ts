import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { Effect } from "effect";
import * as Laws from "../src/Laws.ts";

/** What breaks the laws of a file that is made with this SQL, and how much was tried. */
export const laws = async (plan: Plan, make: string) => {
  const folder = mkdtempSync(join(tmpdir(), "laws-"));
  const path = join(folder, "a.db");
  const db = new DatabaseSync(path);
  db.exec(make);
  db.close();
  try {
    const given = { plan, path };
    const { unseen, toldApart, ...changes } = await Effect.runPromise(Laws.mutations(given));
    const { lost, ...cells } = await Effect.runPromise(Laws.recovery(given));
    const { agreeing, ...links } = Effect.runSync(Laws.traces({ plan }));
    return {
      tried: { ...changes, ...cells, agreeing },
      broken: { unseen, toldApart, lost, ...links },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const none = {
  ...{ unseen: [], toldApart: [], lost: [] },
  ...{ unread: [], unsaid: [], unexplained: [] },
};

import { Effect } from "effect";
import type { StoreError } from "../DatabaseError.ts";
import * as AppendPlan from "../remote/AppendPlan.ts";
import * as Lookup from "../remote/Lookup.ts";
import * as AppendStatement from "./AppendStatement.ts";
import type { Session } from "./Pool.ts";
import * as Row from "./Row.ts";
import type { Statements } from "./Statements.ts";

/**
 * Reads where streams stand, all of it in one statement, and puts that with what is known. Gives
 * whether it is all: of what `isBounded` there may be more than a page.
 */
export const read = (
  session: Session,
  statements: Statements,
  { known, streams, firsts, views, eventIds }: Lookup.Lookup,
  { isBounded }: { readonly isBounded: boolean },
): Effect.Effect<boolean, StoreError> => {
  if (streams.size === 0) return Effect.succeed(true);
  const names = [...streams.keys()];
  const firstNames = [...firsts.keys()];
  // In one order, so that the same statement serves again.
  const tables = [...views.keys()].sort();
  const rowIds = tables.map((table) => [...(views.get(table) ?? [])]);
  return Effect.map(
    session.execute("looking where streams stand", statements.standing(tables, isBounded), [
      JSON.stringify([...streams.values()].map(AppendStatement.named)),
      JSON.stringify([...firsts.values()].map(AppendStatement.named)),
      JSON.stringify([...eventIds].map(AppendStatement.identified)),
      ...rowIds.map((ids) => JSON.stringify(ids.map(AppendStatement.identified))),
    ]),
    (rows) => {
      if (isBounded && Row.page(rows).isCut) return false;
      for (const row of rows) {
        if (row.kind === -1) {
          const event = Row.recorded(row);
          if (event.id !== null) known.byEventId.set(event.id, event);
        } else if (row.kind === -2) {
          known.generation = Lookup.common(known.generation, row.version ?? 0);
        } else if (row.kind === 0) {
          const name = names[row.place - 1] ?? "";
          known.versions.set(name, row.version ?? 0);
          if (row.writer !== null) known.writers.set(name, row.writer);
        } else if (row.kind === 1) {
          const { type, version, payload } = Row.recorded(row);
          known.firsts.set(firstNames[row.place - 1] ?? "", { type, version, payload });
        } else {
          const id = rowIds[row.kind - 2]?.[row.place - 1] ?? "";
          const view = { version: row.version ?? 0, payload: row.view_payload };
          known.views.set(AppendPlan.key(tables[row.kind - 2] ?? "", id), view);
        }
      }
      return true;
    },
  );
};

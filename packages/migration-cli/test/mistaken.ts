import * as Added from "@ledgerfold/declaration/Added";
import { carried } from "@ledgerfold/declaration/Fate";
import { integer, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { command } from "@ledgerfold/migration-cli";
import { dinner } from "./Trip.ts";

/** A command whose definition is wrong in the way that MISTAKE says. */

const mistake = process.env.MISTAKE;

const dinners = Migration.of(dinner, "Cooked").from({
  table: "dinners",
  key: "id",
  columns: {
    id: carried("aggregate_id", integer()),
    title: carried("title", text()),
  },
  added: { papers: Added.constant([], "none") },
  id: ({ row }) => (mistake === "id" ? `D-${row.id}` : row.id.toString()),
  event: ({ fields }) => ({ ...fields, papers: [] }),
  view: mistake === "view" ? (undefined as never) : "Cooked",
});

command({
  name: "dinners_to_events",
  writer: "the club",
  migrations: { Dinner: dinners },
  leaveAlone: mistake === "twice" ? { dinners: "not meant" } : {},
});

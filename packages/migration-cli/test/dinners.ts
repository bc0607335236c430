import * as Added from "@ledgerfold/declaration/Added";
import * as Decision from "@ledgerfold/declaration/Decision";
import { carried, derived } from "@ledgerfold/declaration/Fate";
import { integer, nullable, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { command } from "@ledgerfold/migration-cli";
import { Schema } from "effect";
import { dinner } from "./Trip.ts";

/** A program of one table, whose operator decides what an untitled dinner is called. */

const decisions = Decision.make({
  untitled: {
    values: ["dinner", "supper"],
    description: "what a dinner without a title is called",
  },
});

const dinners = Migration.of(dinner, "Cooked").from({
  table: "dinners",
  key: "id",
  called: "dinners",
  columns: {
    id: carried("aggregate_id", integer(Schema.Number)),
    title: derived(nullable(text()), "or what is decided", "title"),
  },
  added: { papers: Added.constant([], "none") },
  id: ({ row }) => String(row.id),
  event: ({ row, run }) => {
    const title = row.title ?? Decision.of(run, decisions).untitled;
    return title === undefined
      ? new Migration.Refused("title", "must be decided with --untitled dinner|supper")
      : { title, papers: [] };
  },
  view: "Cooked",
  rules: {
    title: {
      legacy: ({ title }) => (typeof title === "string" ? title : undefined),
      stored: (value) => (typeof value === "string" ? value : null),
      written: (value) => (typeof value === "string" ? value : null),
      showLegacy: ({ title }) => String(title),
      showStored: String,
    },
  },
});

command({
  name: "dinners_to_events",
  writer: "the club",
  migrations: { Dinner: dinners },
  decisions,
});

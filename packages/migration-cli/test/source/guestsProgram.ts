import * as Added from "@ledgerfold/declaration/Added";
import { carried, derived } from "@ledgerfold/declaration/Fate";
import { integer, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { command } from "../../src/main.ts";
import { dinner } from "../Trip.ts";

/** Guests, whose streams are named by their mail addresses. */

const guests = Migration.of(dinner, "Cooked").from({
  table: "guests",
  key: "id",
  called: "guests",
  columns: {
    id: derived(integer(), "the order"),
    mail: carried("aggregate_id", text(undefined, { lower: true })),
    name: carried("title", text()),
  },
  added: { papers: Added.constant([], "none are known") },
  id: ({ row }) => row.mail,
  event: ({ fields }) => ({ ...fields, papers: [] }),
  view: "Cooked",
});

command({ name: "guests_to_events", writer: "the club", migrations: { Dinner: guests } });

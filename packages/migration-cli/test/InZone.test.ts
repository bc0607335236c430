import { carried } from "@ledgerfold/declaration/Fate";
import { day, inZone, integer, type Kind, moment, nullable } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as Fields from "@ledgerfold/migration/internal/Fields";
import * as Forms from "@ledgerfold/verifier/internal/Forms";
import * as Moment from "@ledgerfold/verifier/internal/Moment";
import { Unreadable } from "@ledgerfold/verifier/Read";
import { FastCheck as fc, Schema } from "effect";
import { describe, expect, it } from "vitest";
import { judged, sides } from "./Sides.ts";
import * as Trip from "./Trip.ts";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";

/** Texts without a zone whose declaration names one. */

const berlin = nullable(inZone("Europe/Berlin", moment()));

it.each([
  ["2025-07-01 00:30:00", "2025-06-30T22:30:00Z"],
  ["2025-01-15T12:00:00.123456789", "2025-01-15T11:00:00.123456789Z"],
  ["2025-03-30 01:59:59.999", "2025-03-30T00:59:59.999Z"],
  ["2025-03-30 03:00:00", "2025-03-30T01:00:00Z"],
  ["2025-10-26 01:59:59", "2025-10-25T23:59:59Z"],
  ["2025-10-26 03:00:00", "2025-10-26T02:00:00Z"],
  ["1969-12-31 23:30:00.5", "1969-12-31T22:30:00.500Z"],
  // Before there were zones, by the sun.
  ["1890-01-01 00:53:28", "1890-01-01T00:00:00Z"],
  // What says a zone itself is of that.
  ["2025-10-26 02:30:00+01:00", "2025-10-26T01:30:00Z"],
  ["2025-07-01T00:30:00Z", "2025-07-01T00:30:00Z"],
])("carries %s of Berlin as %s", async (cell, at) => {
  expect(await judged(berlin, cell)).toEqual({ bad: [], seen: [], at: `"${at}"` });
});

it.each([
  "2025-03-30 02:00:00",
  "2025-03-30 02:59:59.999999999",
  "2025-10-26 02:00:00",
  "2025-10-26 02:59:59.999999999",
  "2025-02-29 12:00:00",
  "0001-01-02 23:59:59",
  "9999-12-30 00:00:00",
])("refuses %s of Berlin on both sides", async (cell) => {
  const { bad } = await judged(berlin, cell);
  expect(bad).toHaveLength(1);
  expect(bad[0]).toContain("and that clocks in Europe/Berlin show once");
  const { seen } = await judged(berlin, cell, null);
  expect(seen).toEqual([
    expect.stringContaining(
      "is not a date and time that exists, and that clocks in Europe/Berlin show once",
    ),
  ]);
});

it("sees an hour that is not the zone's", async () => {
  const { seen } = await judged(berlin, "2025-07-01 02:30:00", "2025-07-01T00:30:00Z");
  expect(seen).toEqual([]);
  const changed = await judged(berlin, "2025-07-01 01:30:00", "2025-07-01T00:30:00Z");
  expect(changed.seen).toEqual([expect.stringContaining('Visit "1", event at')]);
});

it("is UTC where nothing is declared, or just that", async () => {
  for (const kind of [moment(), inZone("UTC", moment())]) {
    const { at } = await judged(kind, "2025-10-26 02:30:00");
    expect(at).toBe('"2025-10-26T02:30:00Z"');
  }
});

describe("of all of a plan", () => {
  const Met = Schema.TaggedStruct("Met", {
    at: Schema.NullOr(Schema.String),
    ended: Schema.NullOr(Schema.String),
    talks: Schema.Array(Schema.Struct({ id: Schema.Number, at: Schema.String })),
  });
  const meeting = Aggregate.make({ ...Trip.make("Meeting", Met), type: "Meeting" as const });
  const number = integer(Schema.Number);
  const meetings = Migration.of(meeting, "Met").from({
    table: "meetings",
    key: "id",
    order: ["at"],
    columns: {
      id: carried("aggregate_id", integer()),
      at: carried("at", nullable(moment())),
      ended: carried("ended", nullable(inZone("Asia/Kolkata", moment()))),
    },
    rows: {
      talks: Migration.child({
        table: "talks",
        of: "meeting_id",
        key: "id",
        columns: {
          id: carried("id", number),
          meeting_id: {
            ...carried("id", integer()),
            fate: "derived" as const,
            words: "whose it is",
          },
          at: carried("at", moment()),
        },
      }),
    },
    id: ({ row }) => String(row.id),
    event: ({ fields }) => fields,
    view: "Met",
  });
  const words = { command: "meetings", writer: "the porter" };
  const file = `create table meetings (id integer primary key, at text, ended text);
    create table talks (id integer primary key, meeting_id integer, at text);
    insert into meetings values (1, '2025-07-01 14:00:00', '2025-07-01 18:00:00'),
      (2, '2025-07-01 12:30:00Z', null), (3, '2025-07-01 09:00:00', null);
    insert into talks values (7, 1, '2025-07-01 14:05:00');`;

  it("is read in it, in parts too, unless the column names one", async () => {
    const plan = Plan.make({ words, migrations: { Meeting: meetings }, zone: "Europe/Berlin" });
    const { bad, seen, payloads } = await sides(plan, file);
    expect({ bad, seen }).toEqual({ bad: [], seen: [] });
    // In the order of the moments, and not of their texts.
    expect(payloads).toEqual([
      '{"_tag":"Met","at":"2025-07-01T07:00:00Z","ended":null,"talks":[]}',
      '{"_tag":"Met","at":"2025-07-01T12:00:00Z","ended":"2025-07-01T12:30:00Z","talks":[{"id":7,"at":"2025-07-01T12:05:00Z"}]}',
      '{"_tag":"Met","at":"2025-07-01T12:30:00Z","ended":null,"talks":[]}',
    ]);
  });
});

it("is a mistake of what is no moment of text", () => {
  const of = (kind: Kind<string>) => () =>
    Migration.of(Trip.dinner, "Cooked").from({
      table: "dinners",
      key: "id",
      columns: { id: carried("aggregate_id", integer()), title: carried("title", kind) },
      rows: {},
      rules: {},
      added: { papers: { _tag: "constant", json: [], words: "none" } },
      id: ({ row }) => String(row.id),
      event: ({ fields }) => ({ ...fields, papers: [] }),
      view: "Cooked",
    });
  // @ts-expect-error A day has no time.
  expect(of(inZone("Europe/Berlin", day()))).toThrow(
    "dinners.title is in Europe/Berlin, and only a moment() of text can be: leave out inZone",
  );
  expect(of(inZone("Europe/Berlin", moment(undefined, "seconds")))).toThrow("only a moment()");
  expect(of(inZone("Europe/Berlin", moment()))).not.toThrow();
});

describe("both sides", () => {
  const zones = [
    ...["Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "Asia/Kolkata"],
    ...["America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"],
    ...["Asia/Tehran", "Africa/Monrovia", "Pacific/Kwajalein", "America/Caracas", "Etc/GMT+5"],
  ];
  const year = 365.25 * 86_400_000;
  const clocks = new Map(
    zones.map((zone) => [
      zone,
      new Intl.DateTimeFormat("sv-SE", {
        ...{ timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" },
        ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
      }),
    ]),
  );
  const shown = (zone: string, at: number) => String(clocks.get(zone)?.format(at));
  const read = (zone: string, cell: string) => {
    const { form } = inZone(zone, moment());
    const written = Fields.wire(form)(cell);
    const verified = Forms.sides(inZone(zone, moment())).legacy(cell);
    return {
      written: written ?? null,
      verified: typeof verified === "bigint" ? Moment.format(verified) : null,
      isRefused: verified instanceof Unreadable,
    };
  };

  it("read what a clock shows as the moment at which it does, or refuse it alike", () => {
    const at = fc.integer({ min: -100 * year, max: 66 * year }).map((ms) => ms - (ms % 1000));
    fc.assert(
      fc.property(fc.constantFrom(...zones), at, (zone, at) => {
        const { written, verified, isRefused } = read(zone, shown(zone, at));
        expect(verified).toBe(written);
        expect(isRefused).toBe(written === null);
        if (written !== null) expect(Date.parse(String(written))).toBe(at);
        else {
          // Another moment, not far from it, is shown alike.
          const others = Array.from({ length: 2 * 96 }, (_, n) => at + (n - 96) * 900_000);
          expect(
            others.filter((one) => shown(zone, one) === shown(zone, at)).length,
          ).toBeGreaterThan(1);
        }
      }),
      { numRuns: 1_000, seed: 1 },
    );
  }, 60_000);

  it("agree around changes of clocks", () => {
    const [start, end] = ["2011-06-01", "2014-06-01"].map((day) => Date.parse(`${day}T00:00:00Z`));
    const day = 86_400_000;
    const ahead = (zone: string, at: number) =>
      Date.parse(`${shown(zone, at).replace(" ", "T")}Z`) - at;
    let changes = 0;
    const wrong: Array<unknown> = [];
    for (const zone of zones) {
      for (let at = start ?? 0; at < (end ?? 0); at += day) {
        if (ahead(zone, at) === ahead(zone, at + day)) continue;
        changes += 1;
        for (let near = at - day; near <= at + 2 * day; near += 900_000) {
          const cell = new Date(near).toISOString().slice(0, 19);
          const { written, verified } = read(zone, cell);
          const isShown =
            written === null || shown(zone, Date.parse(String(written))).replace(" ", "T") === cell;
          if (written !== verified || !isShown) wrong.push({ zone, cell, written, verified });
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(changes).toBeGreaterThan(30);
  }, 60_000);
});

import { describe, expect, it } from "@effect/vitest";
import { Either, Schema } from "effect";
import * as EventCodec from "../src/EventCodec.ts";
import { unit, variant } from "../src/ExternallyTagged.ts";
import { aggregate, Event } from "./Counter.ts";

const { codec } = aggregate;
const stored = (type: string, payload: string, version = "1.0") => ({ type, version, payload });
const reason = (decoded: Either.Either<unknown, EventCodec.UndecodableEvent>) =>
  Either.getOrThrow(Either.flip(decoded)).reason;

describe("EventCodec", () => {
  it("writes name, version and JSON text without white space", () => {
    expect(codec.encode({ _tag: "Counted", by: 3 })).toEqual(
      stored("CounterEvent::Counted", '{"Counted":{"by":3}}'),
    );
  });

  it("reads what it wrote", () => {
    expect(codec.decode(stored("CounterEvent::Counted", '{"Counted":{"by":3}}'))).toEqual(
      Either.right({ _tag: "Counted", by: 3 }),
    );
  });

  it("ignores fields that it does not know, wherever they are", () => {
    const payload =
      ' {"Opened": {"colour": ["red"], "name": "doors", "size": 18446744073709551615}}';
    expect(codec.decode(stored("CounterEvent::Opened", payload))).toEqual(
      Either.right({ _tag: "Opened", name: "doors" }),
    );
  });

  it("refuses a payload that is nested deeper than the stack is", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const other = "its payload has another shape";
    expect(reason(codec.decode(stored("CounterEvent::Opened", deep)))).toBe(other);
  });

  it("names what is nested deeper than it can be followed, whoever follows it", () => {
    interface List {
      readonly rest: List | null;
    }
    const List: Schema.Schema<List> = Schema.Struct({
      rest: Schema.NullOr(Schema.suspend(() => List)),
    });
    const depth = ({ rest }: List): number => (rest === null ? 1 : 1 + depth(rest));
    const { decode } = EventCodec.make({
      schema: variant("Listed", { list: List, wei: Schema.optional(Schema.BigIntFromSelf) }),
      version: "2.0",
      eventType: (tag) => tag,
      upcast: {
        "1.0": ({ payload }) => ({ Listed: { list: payload, depth: depth(payload as List) } }),
      },
    });
    const list = `${'{"rest":'.repeat(50_000)}null${"}".repeat(50_000)}`;
    for (const [version, payload] of [
      ["2.0", `{"Listed":{"list":${list}}}`],
      ["2.0", `{"Listed":{"list":${list},"wei":18446744073709551615}}`],
      ["1.0", list],
    ] as const) {
      expect(reason(decode(stored("Listed", payload, version)))).toBe(
        "its payload is nested too deeply",
      );
    }
  });

  it("keeps integers beyond 2^53 exact both ways", () => {
    const { encode, decode } = EventCodec.make({
      schema: variant("Paid", { wei: Schema.BigIntFromSelf }),
      version: "1.0",
      eventType: (tag) => tag,
    });
    const payload = '{"Paid":{"wei":18446744073709551615}}';
    const paid = { _tag: "Paid", wei: 18446744073709551615n } as const;
    expect(encode(paid)).toEqual(stored("Paid", payload));
    expect(decode(stored("Paid", payload))).toEqual(Either.right(paid));
  });

  it("refuses to write an event that its own schema does not know", () => {
    expect(() => codec.encode({ _tag: "Counted", by: 0.5 })).toThrow();
  });
});

describe("what cannot be read", () => {
  it("is refused when name and payload disagree", () => {
    const decoded = codec.decode(stored("CounterEvent::Opened", '{"Counted":{"by":3}}'));
    expect(decoded).toEqual(
      Either.left(
        new EventCodec.UndecodableEvent({
          type: "CounterEvent::Opened",
          version: "1.0",
          reason: "its payload is a Counted",
        }),
      ),
    );
  });

  it.each(["Counted", "CounterEvent::counted", "OtherEvent::Counted", ""])(
    "is refused under the name %j",
    (type) => {
      expect(reason(codec.decode(stored(type, '{"Counted":{"by":3}}')))).toBe(
        "its payload is a Counted",
      );
    },
  );

  it.each(["", "hunter2", '{"Counted":{"by":3}', '{"Counted":{"by":hunter2}}'])(
    "is refused when %j is not JSON",
    (payload) => {
      expect(reason(codec.decode(stored("CounterEvent::Counted", payload)))).toBe(
        "its payload is not JSON",
      );
    },
  );

  it.each([
    "null",
    '"hunter2"',
    "[]",
    "{}",
    '{"Forgotten":{"name":"hunter2"}}',
    '{"Counted":"hunter2"}',
    '{"Counted":{"by":"hunter2"}}',
    '{"Opened":{"name":["hunter2"]}}',
    '{"Opened":{"hunter2":"hunter2"}}',
  ])("is refused for %s, without quoting a value", (payload) => {
    const decoded = codec.decode(stored("CounterEvent::Counted", payload));
    const error = Either.getOrThrow(Either.flip(decoded));
    expect(error.reason).toMatch(/^its payload (has another shape|does not fit at [\w., ]+)$/);
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain("hunter2");
  });

  it("says where", () => {
    const decoded = codec.decode(stored("CounterEvent::Counted", '{"Counted":{"by":"3"}}'));
    expect(Either.getOrThrow(Either.flip(decoded)).message).toMatch(
      /^The stored event CounterEvent::Counted \(version 1\.0\) cannot be read: .* Counted\.by\.$/,
    );
  });
});

describe("upcast", () => {
  const upcasting = EventCodec.make({
    schema: Schema.Union(Event, unit("Reset")),
    version: "2.0",
    eventType: (tag) => `CounterEvent::${tag}`,
    upcast: {
      "1.0": ({ type, payload }) =>
        type === "CounterEvent::Counted" ? { Counted: { by: payload } } : payload,
    },
  });

  it("turns an older payload into today's before the schema sees it", () => {
    expect(upcasting.decode(stored("CounterEvent::Counted", "3", "1.0"))).toEqual(
      Either.right({ _tag: "Counted", by: 3 }),
    );
  });

  it("leaves today's alone", () => {
    const now = stored("CounterEvent::Counted", '{"Counted":{"by":3}}', "2.0");
    expect(upcasting.decode(now)).toEqual(Either.right({ _tag: "Counted", by: 3 }));
    expect(upcasting.encode({ _tag: "Counted", by: 3 })).toEqual(now);
  });

  it.each(["", "0.9", "2", "2.00", "3.0", "constructor"])("knows no version %j", (version) => {
    const counted = stored("CounterEvent::Counted", '{"Counted":{"by":3}}', version);
    expect(Either.getOrThrow(Either.flip(upcasting.decode(counted))).reason).toBe(
      "it is none of the versions 1.0, 2.0",
    );
  });

  it("of what fits nothing is still a refusal", () => {
    expect(Either.isLeft(upcasting.decode(stored("CounterEvent::Counted", '"3"', "1.0")))).toBe(
      true,
    );
  });
});

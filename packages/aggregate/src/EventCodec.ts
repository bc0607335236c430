import { Either, type ParseResult, Schema } from "effect";
import * as Compiled from "./Compiled.ts";
import * as Json from "./Json.ts";
import * as Unencodable from "./Unencodable.ts";

/**
 * Events to what a log stores, and back: their stored names, versions, and what reads older ones.
 */

/** An event as the log stores it. `payload` is JSON text and is kept byte for byte. */
export interface StoredEvent {
  readonly type: string;
  readonly version: string;
  readonly payload: string;
}

/** A stored event that no version of the codec can read. The log is damaged, or newer than us. */
export class UndecodableEvent extends Schema.TaggedError<UndecodableEvent>()("UndecodableEvent", {
  type: Schema.String,
  version: Schema.String,
  /** What did not fit, without the payload itself: it may hold secrets. */
  reason: Schema.String,
  /** Where it stands, as far as whoever read it knows. */
  stream: Schema.optionalWith(Schema.Struct({ type: Schema.String, id: Schema.String }), {
    exact: true,
  }),
}) {
  override get message() {
    const { type, version, reason, stream } = this;
    const of = stream === undefined ? "" : ` of ${stream.type} ${JSON.stringify(stream.id)}`;
    return `The stored event ${type} (version ${version})${of} cannot be read: ${reason}.`;
  }
}

/** How events of one aggregate are stored, and read again in whichever version they were. */
export interface EventCodec<Event> {
  readonly schema: Schema.Schema<Event, unknown>;
  /** The version that `encode` writes. `decode` refuses those that no upcaster knows. */
  readonly version: string;
  readonly eventType: (tag: string) => string;
  readonly encode: (event: Event) => StoredEvent;
  /** The event as earlier versions of ours wrote it, the youngest first. */
  readonly earlier: (event: Event) => ReadonlyArray<StoredEvent>;
  readonly decode: (stored: StoredEvent) => Either.Either<Event, UndecodableEvent>;
}

/**
 * @example An event whose amount was in units once, and is in cents since version 1.1
 * ```ts
 * import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
 * import { Schema } from "effect";
 *
 * const codec = EventCodec.make({
 *   schema: Schema.TaggedStruct("Paid", { cents: Schema.Int }),
 *   version: "1.1",
 *   eventType: (tag) => `Invoice::${tag}`,
 *   upcast: {
 *     "1.0": ({ payload }) => {
 *       const { amount } = payload as { readonly amount: number };
 *       return { _tag: "Paid", cents: amount * 100 };
 *     },
 *   },
 * });
 *
 * const old = { type: "Invoice::Paid", version: "1.0", payload: '{"_tag":"Paid","amount":7}' };
 * console.log(codec.decode(old).toString());
 * console.log(codec.encode({ _tag: "Paid", cents: 700 }));
 * ```
 *
 * ```text
 * {
 *   "_id": "Either",
 *   "_tag": "Right",
 *   "right": {
 *     "_tag": "Paid",
 *     "cents": 700
 *   }
 * }
 * {
 *   type: 'Invoice::Paid',
 *   version: '1.1',
 *   payload: '{"_tag":"Paid","cents":700}'
 * }
 * ```
 */
export const make = <Event extends { readonly _tag: string }, Encoded>(options: {
  readonly schema: Schema.Schema<Event, Encoded>;
  /** "1.0" by default. */
  readonly version?: string;
  /** The stored name of the event with this tag: the tag itself by default. */
  readonly eventType?: (tag: string) => string;
  /**
   * By the version that an event was stored with: turns an older payload, or a neighbour's, into
   * today's, before the schema sees it. Total: what it does not know it returns as it is.
   */
  readonly upcast?: Readonly<
    Record<string, (stored: { type: string; payload: unknown }) => unknown>
  >;
  /**
   * How earlier versions of ours wrote events, from today's payload, the youngest first. What they
   * wrote as today they return as it is.
   */
  readonly earlier?: ReadonlyArray<(payload: unknown) => unknown>;
  /** Since which day others write such a payload, where it is one of those that are not read here. */
  readonly laterForm?: (payload: unknown) => string | undefined;
}): EventCodec<Event> => {
  const { schema, version = "1.0", eventType = (tag) => tag } = options;
  const upcasters = new Map(Object.entries(options.upcast ?? {}));
  const { write, decode } = Compiled.make(schema);
  const names = new Map<string, string>();
  const nameOf = (tag: string): string => {
    const known = names.get(tag);
    if (known !== undefined) return known;
    const name = eventType(tag);
    names.set(tag, name);
    return name;
  };
  const encode = (event: Event): StoredEvent => ({
    type: nameOf(event._tag),
    version,
    payload: write(event),
  });
  return {
    schema: schema as Schema.Schema<Event, unknown>,
    version,
    eventType,
    encode,
    earlier: (event) => {
      const { payload, ...today } = encode(event);
      return (options.earlier ?? []).map((write) => ({
        ...today,
        payload: Json.stringify(write(Json.parse(payload))),
      }));
    },
    decode: (stored) => {
      const { type } = stored;
      const upcast = upcasters.get(stored.version);
      if (upcast === undefined && stored.version !== version) {
        return refused(
          stored,
          `it is none of the versions ${[...new Set([...upcasters.keys(), version])].join(", ")}`,
        );
      }
      let payload: unknown;
      let today: unknown;
      try {
        payload = Json.parse(stored.payload);
        today = upcast === undefined ? payload : upcast({ type, payload });
      } catch (cause) {
        if (cause instanceof SyntaxError) return refused(stored, "its payload is not JSON");
        if (cause instanceof RangeError)
          return refused(stored, `its payload is ${Unencodable.tooDeep}`);
        throw cause;
      }
      const decoded = decode(today);
      if (Either.isLeft(decoded)) {
        const since = options.laterForm?.(payload);
        return refused(
          stored,
          since === undefined
            ? whereItFails(decoded.left)
            : `written by a service from ${since} on: not read by this version`,
        );
      }
      const { _tag: tag } = decoded.right;
      return nameOf(tag) === type
        ? (decoded as Either.Right<never, Event>)
        : refused(stored, `its payload is a ${tag}`);
    },
  };
};

const refused = ({ type, version }: StoredEvent, reason: string) =>
  Either.left(new UndecodableEvent({ type, version, reason }));

/** Paths only, since a message would quote the value. */
const whereItFails = (error: ParseResult.ParseError): string => {
  if (Unencodable.isTooDeep(error)) return `its payload is ${Unencodable.tooDeep}`;
  const paths = Unencodable.whereItFails(error);
  return paths.length === 0
    ? "its payload has another shape"
    : `its payload does not fit at ${paths.join(", ")}`;
};

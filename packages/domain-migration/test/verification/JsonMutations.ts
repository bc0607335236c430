import {
  anotherNanosecond,
  flipped,
  type Mutation,
  others as words,
  type Place,
  set,
} from "./Mutations.ts";
import { stringify } from "./sample/Stream.ts";

/** The smallest changes of a JSON text, one at a time. */

type Path = ReadonlyArray<string>;

/** Each value to its neighbours, to other types, gone, renamed, beside another, and twice. */
export const ofJson = (place: Place): ReadonlyArray<Mutation> => {
  const text = String(place.cell);
  const json = parse(text);
  return leaves(json).flatMap(({ path, value }) => {
    const name = path.join(".");
    const last = path.at(-1) ?? "";
    const renamed = [...path.slice(0, -1), `${last}_`];
    const to = (what: string, changed: string, kind = what) =>
      set(place, `${name} ${what}`, changed, { alike: `${name} ${kindOf(value)} ${kind}` });
    return [
      ...neighbours(value).map((other, index) =>
        to(`is ${stringify(other)}`, stringify(put(json, path, other)), String(index)),
      ),
      to("is gone", stringify(without(json, path))),
      to("has another name", stringify(put(without(json, path), renamed, value))),
      to("has a neighbour", stringify(put(json, renamed, value))),
      to("stands twice", twice(text, last, value)),
    ];
  });
};

/** Texts that are not, or not quite, the JSON that was there. */
export const ofText = (place: Place): ReadonlyArray<Mutation> => {
  const text = String(place.cell);
  return [
    set(place, "a space before", ` ${text}`),
    set(place, "a space inside", text.replace(":", ": ")),
    set(place, "a brace more", `${text}}`),
    set(place, "an array around it", `[${text}]`),
    set(place, "null", "null"),
    set(place, "text", '"Migrated"'),
    set(place, "an escape", text.replace('"', '"\\u0061')),
    set(place, "deeper than the stack", "[".repeat(200_000) + "]".repeat(200_000)),
  ];
};

/** Every byte with one bit flipped, another one in each turn, whatever becomes of it. */
export const ofBytes = (place: Place, turn: number): ReadonlyArray<Mutation> => {
  const bytes = Buffer.from(String(place.cell));
  return Array.from(bytes, (_, index) =>
    set(place, `byte ${index}`, flipped(bytes, index * 8 + ((index + turn) % 8)), { asText: true }),
  );
};

const parse = (text: string): unknown =>
  JSON.parse(text, (_: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number" && !Number.isSafeInteger(value)
      ? BigInt(context?.source ?? "")
      : value,
  );

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const kindOf = (value: unknown): string => (value === null ? "null" : typeof value);

interface Leaf {
  readonly path: Path;
  readonly value: unknown;
}

const leaves = (value: unknown, path: Path = []): ReadonlyArray<Leaf> => [
  ...(path.length === 0 ? [] : [{ path, value }]),
  ...Object.entries(isObject(value) ? value : {}).flatMap(([name, inner]) =>
    leaves(inner, [...path, name]),
  ),
];

const put = (value: unknown, [name, ...rest]: Path, other: unknown): unknown => {
  if (name === undefined) return other;
  const fields = isObject(value) ? value : {};
  return { ...fields, [name]: put(fields[name], rest, other) };
};

const without = (value: unknown, [name = "", ...rest]: Path): unknown => {
  const { [name]: inner, ...others } = isObject(value) ? value : {};
  return rest.length === 0 ? others : { ...others, [name]: without(inner, rest) };
};

const twice = (text: string, name: string, value: unknown): string => {
  const member = `${JSON.stringify(name)}:${stringify(value)}`;
  return text.replace(member, () => `${member},${member}`);
};

const neighbours = (value: unknown): ReadonlyArray<unknown> => {
  if (value === null) return [0, "", "0", {}, false];
  if (typeof value === "number" || typeof value === "bigint") {
    const exact = BigInt(value);
    return [exact + 1n, exact - 1n, String(value), Number(value) + 0.5, null, true];
  }
  if (isObject(value)) return [null, {}, [value], ""];
  const text = String(value);
  const others = [
    ...[null, "", `${text} `, ` ${text}`, text.slice(0, -1), text.toLowerCase()],
    ...(words[text] === undefined ? [] : [words[text]]),
    ...(isDecimal.test(text) ? decimals(text) : []),
    ...(isMoment.test(text) ? [text.replace("Z", "+00:00"), anotherNanosecond(text)] : []),
  ];
  return others.filter((other) => other !== value);
};

const isDecimal = /^-?\d+(\.\d+)?$/;
const isMoment = /^\d{4}-\d\d-\d\dT.*Z$/;

/** With a digit more, the same number spelled otherwise, the other sign, and a JSON number. */
const decimals = (text: string): ReadonlyArray<unknown> => [
  text.includes(".") ? `${text}1` : `${text}.1`,
  text.includes(".") ? `${text}0` : `${text}.0`,
  text.startsWith("-") ? text.slice(1) : `-${text}`,
  `0${text}`,
  `${text}e0`,
  `+${text}`,
  Number(text),
];

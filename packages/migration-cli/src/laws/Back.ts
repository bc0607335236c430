import type { Kind } from "@ledgerfold/declaration/Kind";
import type { Cell } from "@ledgerfold/verifier/Cell";
import * as Decimal from "@ledgerfold/verifier/Decimal";
import type { Json } from "@ledgerfold/verifier/internal/Json";
import * as Moment from "@ledgerfold/verifier/internal/Moment";
import { stringify } from "./ExactJson.ts";

/**
 * The cell that a field of an event stands for, told from the field and the column's kind and nothing
 * else; undefined where that says too little, as of a kind of the team's own.
 */
export const cell = ({ form, none }: Kind<unknown>, json: Json | undefined): Cell | undefined => {
  if (json === null && none.length > 0) return none[0];
  switch (form._tag) {
    case "text":
    case "day or time":
      return typeof json === "string" ? json : undefined;
    case "json":
      return json === undefined ? undefined : stringify(json);
    case "integer":
      return integer(json);
    case "decimal":
      return typeof json === "string" ? number(json, form.places) : undefined;
    case "decimal text":
      return typeof json === "string" ? shifted(json, form.places) : undefined;
    case "moment": {
      const since = typeof json === "string" ? Moment.parseStored(json) : undefined;
      if (form.unit === "text" || since === undefined) return since && String(json);
      const unit = form.unit === "seconds" ? 1_000_000_000n : 1_000_000n;
      return since % unit === 0n ? since / unit : undefined;
    }
    case "day":
      if (typeof json !== "string") return undefined;
      return form.unit === "text" ? json : integer(Number(json.replaceAll("-", "")));
    case "flag":
      return json === true ? 1n : json === false ? 0n : undefined;
    case "words":
      return form.words.find(([, said]) => stringify(said) === stringify(json))?.[0];
    case "bytes":
      return typeof json === "string" ? new Uint8Array(Buffer.from(json, "base64")) : undefined;
    case "own":
    case "only":
      return undefined;
  }
};

const integer = (json: Json | undefined): bigint | undefined =>
  typeof json === "bigint" || (typeof json === "number" && Number.isSafeInteger(json))
    ? BigInt(json)
    : undefined;

/** INTEGER where it is a whole number that SQLite has, and the nearest REAL otherwise. */
const number = (text: string, places: number): Cell | undefined => {
  const value = shifted(text, places);
  if (value === undefined) return undefined;
  const real = Number(value);
  const whole = /^-?\d+$/.test(value) ? BigInt(value) : undefined;
  return whole !== undefined && BigInt.asIntN(64, whole) === whole ? whole : real;
};

const shifted = (text: string, places: number): string | undefined => {
  const value = Decimal.parse(text);
  return value === undefined ? undefined : plain(Decimal.shift(value, places));
};

/** With all its zeros. */
const plain = (value: Decimal.Decimal): string => {
  const shown = Decimal.show(value);
  if (!shown.includes("e")) return shown;
  const [, sign = "", digits = "0", power = "0"] = /^(-?)(\d+)e(.*)$/.exec(value) ?? [];
  if (Number(power) >= 0) return `${sign}${digits}${"0".repeat(Number(power))}`;
  const padded = digits.padStart(1 - Number(power), "0");
  return `${sign}${padded.slice(0, Number(power))}.${padded.slice(Number(power))}`;
};

import { FastCheck } from "effect";

/** Text of every kind that something might stumble over. */
const hostile = [
  "",
  " ",
  "0",
  "-",
  "--",
  "-1",
  "'); drop table events; --",
  '" or 1=1 --',
  "\u001b[2J\u001b]0;owned\u0007\u001b[8m",
  "\u0000",
  "a\nmigrate_to_events: done",
  "\r\u0008\u007f\u0085\u009b31m",
  "\u202egnp.exe\u2066\u200f\u061c",
  "\u2028\u2029\ufeff\u200b\u00ad",
  "</script><script>alert(1)</script>",
  '<img src=x onerror="alert(1)">',
  "{{constructor.constructor('alert(1)')()}}",
  '{"Migrated":{"a":[1,null]}}',
  "__proto__",
  "constructor",
  "%s%n%x$(id)`id`$PATH",
  "../../../../etc/passwd",
  "日本🚀e\u0301",
  "\ufffd",
  "1e999999999",
  "NaN",
  "0x1F",
  "9223372036854775808",
  "a".repeat(5000),
] as const;

export const text = FastCheck.oneof(
  FastCheck.constantFrom(...hostile),
  FastCheck.string({ unit: "binary", maxLength: 12 }),
  FastCheck.string({ maxLength: 12 }),
);

/** As a command line or a variable can hold it. */
export const word = text.map((text) => text.replaceAll("\0", ""));

/** A cell as SQL writes it. */
export const literal = FastCheck.oneof(
  FastCheck.constantFrom("null", "0", "-1", "1e308", "9e999", "-9e999", "5e-324", "1.5", "x''"),
  FastCheck.constantFrom("9223372036854775807", "-9223372036854775808", "cast(x'ff00fe' as text)"),
  FastCheck.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map(String),
  FastCheck.double({ noNaN: true, noDefaultInfinity: true }).map((number) => `${number}`),
  FastCheck.json().map(quoted),
  text.map(quoted),
  FastCheck.constantFrom(
    `'${"[".repeat(50_000)}${"]".repeat(50_000)}'`,
    `'{"Migrated":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}'`,
  ),
  FastCheck.uint8Array({ maxLength: 12 }).map(
    (bytes) => `x'${Buffer.from(bytes).toString("hex")}'`,
  ),
  FastCheck.uint8Array({ maxLength: 12 }).map(
    (bytes) => `cast(x'${Buffer.from(bytes).toString("hex")}' as text)`,
  ),
);

/** U+0000 has to be made of its byte. */
function quoted(text: string): string {
  return text
    .split("\0")
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(" || cast(x'00' as text) || ");
}

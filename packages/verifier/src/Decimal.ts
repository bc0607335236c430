/** Exact decimals of the verifier's own, so that it repeats no mistake of the writer's. */

/**
 * Exact decimals as text: digits without zeros at either end, `e`, and a power of ten. Equal
 * numbers have equal text, however they were written, and no power is ever spelled out in zeros.
 */
export type Decimal = string;

const written = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/;

/** From digits with a point, or the way JavaScript prints a double. */
export const parse = (text: string): Decimal | undefined => {
  const match = written.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  return normal(sign === "-", whole + fraction, Number(exponent) - fraction.length);
};

const normal = (negative: boolean, digits: string, exponent: number): Decimal => {
  let start = 0;
  let end = digits.length;
  while (start < end && digits[start] === "0") start += 1;
  while (end > start && digits[end - 1] === "0") end -= 1;
  if (start === end) return "0e0";
  const power = exponent + digits.length - end;
  return `${negative ? "-" : ""}${digits.slice(start, end)}e${power}`;
};

/** `value` x 10^`by`. */
export const shift = (value: Decimal, by: number): Decimal => {
  const [digits = "", exponent] = value.split("e");
  return digits === "0" ? value : `${digits}e${Number(exponent) + by}`;
};

/**
 * For decimals whose powers are near each other, as those of doubles are: it spells out every digit
 * between the two powers.
 */
export const subtract = (a: Decimal, b: Decimal): Decimal => {
  const [left, right, exponent] = aligned(a, b);
  const result = left - right;
  return normal(result < 0n, String(result < 0n ? -result : result), exponent);
};

/** For decimals whose powers are near each other, like `subtract`. */
export const isLess = (a: Decimal, b: Decimal): boolean => {
  const [left, right] = aligned(a, b);
  return left < right;
};

/** Without its sign. */
export const abs = (value: Decimal): Decimal => (value.startsWith("-") ? value.slice(1) : value);

/** Whether its power is one that can be spelled out, as that of every double can. */
export const isCountable = (value: Decimal): boolean =>
  Math.abs(Number(value.slice(value.lastIndexOf("e") + 1))) <= 2_000;

/** Adds decimals up without rounding, if their powers are near each other, as for `subtract`. */
export class Sum {
  /** A sum for each power of ten, so that a value is added as it is. */
  private readonly sums = new Map<string, bigint>();
  /** Of plain doubles: whole numbers, and nine places each, all small enough to stay exact. */
  private readonly plain = { count: 0, whole: 0, nano: 0, atto: 0 };

  /** The decimal that JavaScript prints of a finite double; most are plain, and allocate nothing. */
  addDouble(value: number): void {
    const text = String(value);
    const dot = text.indexOf(".");
    const places = dot === -1 ? 0 : text.length - dot - 1;
    if (!(value >= 0 && value < 1e9) || places > 18 || text.includes("e")) {
      const decimal = parse(text);
      if (decimal !== undefined) this.add(decimal);
      return;
    }
    const { plain } = this;
    if (dot === -1) plain.whole += value;
    else {
      plain.whole += Number(text.slice(0, dot));
      plain.nano += Number(text.slice(dot + 1, dot + 10)) * (tens[9 - places] ?? 1);
      if (places > 9) plain.atto += Number(text.slice(dot + 10)) * (tens[18 - places] ?? 1);
    }
    plain.count += 1;
    // A million of nine digits each are below 2^53.
    if (plain.count === 1_000_000) this.carry();
  }

  private carry(): void {
    const { whole, nano, atto } = this.plain;
    Object.assign(this.plain, { count: 0, whole: 0, nano: 0, atto: 0 });
    const sum = (BigInt(whole) * billion + BigInt(nano)) * billion + BigInt(atto);
    this.sums.set("-18", (this.sums.get("-18") ?? 0n) + sum);
  }

  add(value: Decimal): void {
    const end = value.lastIndexOf("e");
    const power = value.slice(end + 1);
    this.sums.set(power, (this.sums.get(power) ?? 0n) + BigInt(value.slice(0, end)));
  }

  get value(): Decimal {
    this.carry();
    const powers = [...this.sums.keys()].map(Number);
    const least = powers.reduce((a, b) => Math.min(a, b), 0);
    let digits = 0n;
    for (const [power, sum] of this.sums) digits += sum * 10n ** BigInt(Number(power) - least);
    return normal(digits < 0n, String(digits < 0n ? -digits : digits), least);
  }
}

const billion = 1_000_000_000n;
const tens = Array.from({ length: 10 }, (_, power) => 10 ** power);

/** For people: digits with a point, unless that takes more zeros than anyone can count. */
export const show = (value: Decimal): string => {
  const sign = value.startsWith("-") ? "-" : "";
  const end = value.lastIndexOf("e");
  const digits = value.slice(sign.length, end);
  const power = Number(value.slice(end + 1));
  if (power > 30 || power < -60) return value;
  if (power >= 0) return `${sign}${digits}${"0".repeat(power)}`;
  const padded = digits.padStart(1 - power, "0");
  return `${sign}${padded.slice(0, power)}.${padded.slice(power)}`;
};

const aligned = (a: Decimal, b: Decimal): readonly [bigint, bigint, number] => {
  const [left = "0", leftPower = "0"] = a.split("e");
  const [right = "0", rightPower = "0"] = b.split("e");
  const power = Math.min(Number(leftPower), Number(rightPower));
  const scaled = (digits: string, from: string) =>
    BigInt(digits) * 10n ** BigInt(Number(from) - power);
  return [scaled(left, leftPower), scaled(right, rightPower), power];
};

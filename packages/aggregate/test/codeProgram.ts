import { Either } from "effect";
import * as Compiled from "../src/Compiled.ts";
import { inputs, Shape, values } from "./Shape.ts";

/** Prints what a compiled schema makes of everything, and whether it may have made code for it. */

const { decode, encode, write } = Compiled.make(Shape);
const attempt = (work: () => unknown) => Either.getOrElse(Either.try(work), String);
const made = {
  decoded: inputs.map((input) => Either.getOrElse(decode(input), String)),
  encoded: values.map((value) => attempt(() => encode(value as never))),
  written: values.map((value) => attempt(() => write(value as never))),
};
console.log(JSON.stringify(made, (_, value) => (typeof value === "bigint" ? `${value}n` : value)));
console.log(Either.isRight(Either.try(() => new Function(""))));

/** Values that could be read, and why others could not. */

/** What comes of reading something that may hold anything. */
export type Read<A> = A | Unreadable;

/** Why a value could not be read, told without the value. */
export class Unreadable {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Comparable with `===`. */
export type Value = string | bigint | null;

/** Gives the value of what is read, or why there is none. */
export type Reader<In> = (input: In) => Read<Value>;

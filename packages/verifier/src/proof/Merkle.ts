import { type Hash, sha256, toHex } from "./Row.ts";

/**
 * The Merkle tree of RFC 6962 (section 2.1) over leaves as they come: of n leaves, the left half is
 * the largest power of two below n. Keeps one hash a level.
 */
export class Merkle {
  readonly #perfect: Array<Hash> = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(leaf: Hash): void {
    let hash = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = node(this.#perfect.pop() ?? hash, hash);
    }
    this.#perfect.push(hash);
    this.#size += 1;
  }

  /** In hex. */
  root(): string {
    const last = this.#perfect.at(-1);
    if (last === undefined) return toHex(sha256(Buffer.alloc(0)));
    return toHex(this.#perfect.slice(0, -1).reduceRight((right, left) => node(left, right), last));
  }
}

/** Of a node; a leaf has 0. */
const nodeByte = 1;

const both = Buffer.alloc(65, nodeByte);

const node = (left: Hash, right: Hash): Hash => {
  both.write(left, 1, "latin1");
  both.write(right, 33, "latin1");
  return sha256(both);
};

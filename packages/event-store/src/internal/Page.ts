/**
 * A part of what is asked for. However many rows a page may have, their texts end it too: who reads
 * page by page holds one of them at a time, and a few thousand large events would fill the heap.
 */
export interface Page<Row> {
  readonly rows: ReadonlyArray<Row>;
  /** Whether the texts ended it, so that there may be more. */
  readonly isCut: boolean;
}

/** So many bytes of text end a page, once it has them: it has at least one row. */
export const bytes = 8 * 2 ** 20;

/** The first of these rows, until their texts are enough. */
export const take = <Row extends Texts>(rows: Iterable<Row>): Page<Row> => {
  const taken: Array<Row> = [];
  let total = 0;
  for (const row of rows) {
    taken.push(row);
    total += sizeOf(row);
    if (total >= bytes) return { rows: taken, isCut: true };
  }
  return { rows: taken, isCut: false };
};

/** What may be large in a row: text, or what a database has made of a short one. */
interface Texts {
  readonly payload: unknown;
  readonly metadata?: unknown;
}

/** In UTF-8. */
export const sizeOf = ({ payload, metadata }: Texts): number => ofText(payload) + ofText(metadata);

const ofText = (text: unknown) => (typeof text === "string" ? Buffer.byteLength(text) : 8);

export const map = <Row, To>({ rows, isCut }: Page<Row>, to: (row: Row) => To): Page<To> => ({
  rows: rows.map(to),
  isCut,
});

export const none: Page<never> = { rows: [], isCut: false };

/**
 * What other services write since they left the legacy tables, which this version does not read. An
 * event is told by its marks, since its version goes on being "1.0".
 */

interface Mark {
  /** The day from which on events have it. */
  readonly from: string;
  readonly isOn: (tag: string, fields: Readonly<Record<string, unknown>>) => boolean;
}

const has =
  (...names: ReadonlyArray<string>): Mark["isOn"] =>
  (_, fields) =>
    names.some((name) => Object.hasOwn(fields, name));

const tags = new Set([
  ...["ManualPositionAdjusted", "OnChainFillApplied", "OnChainFillSettled"],
  ...["OffChainOrderCancelled", "Acknowledged", "SourceAttributed"],
  ...["Accepted", "CancelRequested", "Cancelled"],
]);

/** The youngest first. */
const marks: ReadonlyArray<Mark> = [
  { from: "2026-06-01", isOn: (tag) => tags.has(tag) },
  { from: "2026-05-12", isOn: (_, { direction }) => direction === "buy" || direction === "sell" },
  {
    from: "2026-03-18",
    isOn: (tag, fields) => tag === "Enriched" && Object.hasOwn(fields, "effective_gas_price"),
  },
  { from: "2026-02-17", isOn: has("offchain_order_id", "executor_order_id", "price", "avg_price") },
];

/** Since which day a payload is written that way; undefined where it has no mark of a later form. */
export const laterForm = (payload: unknown): string | undefined => {
  const [entry] =
    typeof payload === "string"
      ? [[payload, {}] as const]
      : Object.entries(typeof payload === "object" && payload !== null ? payload : {});
  if (entry === undefined) return undefined;
  const [tag, fields] = entry;
  const known = typeof fields === "object" && fields !== null ? fields : {};
  return marks.find(({ isOn }) => isOn(tag, known))?.from;
};

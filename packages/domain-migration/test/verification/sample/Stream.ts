/** What a legacy row has become: the first event of a stream and its view. */
export interface Stream {
  readonly type: "OnChainTrade" | "Position" | "OffchainOrder" | "SchwabAuth";
  readonly id: string;
  readonly tag: string;
  readonly event: Fields;
  readonly metadata: Readonly<Record<string, string>>;
  readonly viewTable: string;
  readonly view: Fields;
}

export type Fields = Readonly<Record<string, unknown>>;

export const runId = "8e8cf8a4-4c83-4c6f-9a3e-0d4b6f0f8a11";
export const migratedAt = "2026-02-01T08:00:00.250Z";

/** JSON as the log has it, with whole numbers of any size. */
export const stringify = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "bigint"
      ? (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON(String(inner))
      : inner,
  );

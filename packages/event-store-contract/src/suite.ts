import { describe } from "@effect/vitest";
import type { Layer } from "effect";
import type { EventStore } from "@ledgerfold/event-store/EventStore";
import { appending } from "./suite/appending.ts";
import { refusingArguments } from "./suite/arguments.ts";
import { batches } from "./suite/batches.ts";
import { bulk } from "./suite/bulk.ts";
import { causation } from "./suite/causation.ts";
import { deep } from "./suite/deep.ts";
import { encodedStreams } from "./suite/encoded.ts";
import { erasing } from "./suite/erasing.ts";
import { executing } from "./suite/executing.ts";
import { fibers } from "./suite/fibers.ts";
import { idempotence } from "./suite/idempotence.ts";
import { interleaving } from "./suite/interleaving.ts";
import { large } from "./suite/large.ts";
import { loading } from "./suite/loading.ts";
import { mending } from "./suite/mending.ts";
import { modelled } from "./suite/modelled.ts";
import { reading } from "./suite/reading.ts";
import { rebuilding } from "./suite/rebuilding.ts";
import { runs } from "./suite/runs.ts";
import { settingBack } from "./suite/settingBack.ts";
import { signalling } from "./suite/signalling.ts";
import { storable } from "./suite/storable.ts";
import { keepingCheckpoints, subscribing } from "./suite/subscribing.ts";
import * as Test from "./suite/Test.ts";
import { text } from "./suite/text.ts";
import { tracing } from "./suite/tracing.ts";
import { transactions } from "./suite/transactions.ts";
import { waiting } from "./suite/waiting.ts";
import { views } from "./suite/views.ts";

/** What every event store has to do, as tests. */

const tests = {
  append: appending,
  appendAll: batches,
  appendEncoded: encodedStreams,
  "event ids": idempotence,
  load: loading,
  execute: executing,
  causation,
  "read, readFirst, readAll and count": reading,
  views,
  rebuildView: rebuilding,
  mendViews: mending,
  erase: erasing,
  runs,
  transactions,
  patience: waiting,
  changes: signalling,
  checkpoints: keepingCheckpoints,
  "a subscription": subscribing,
  "a log that was set back": settingBack,
  bulk,
  tracing,
  fibers,
  "text and numbers": text,
  "values that JSON has no word for": storable,
  "deep values": deep,
  arguments: refusingArguments,
  "large appends": large,
  model: (_: Test.Test, layer: AnyLayer) => modelled(layer),
  interleavings: (_: Test.Test, layer: AnyLayer) => interleaving(layer),
} satisfies Readonly<Record<string, (test: Test.Test, layer: AnyLayer) => void>>;

type AnyLayer = Layer.Layer<EventStore, unknown>;

/** The name of a part, as `gaps` has it. */
export type Part = keyof typeof tests;

/** What the suite consists of, in order. */
export const parts = Object.keys(tests) as ReadonlyArray<Part>;

/** What an engine cannot do, or does impatiently. */
export interface Options {
  /** Parts that the store does not pass, each with the reason; their tests are skipped. */
  readonly gaps?: Readonly<Partial<Record<Part, string>>>;
  /** The same with a patience of a second or less, for what has to wait until it ends. */
  readonly impatient?: AnyLayer;
}

/**
 * What every event store has to do, as tests for vitest. The layer is built for each test and has to
 * be an empty store each time; the suite makes its tables with `setup`.
 *
 * @example
 * ```ts
 * import { suite } from "@ledgerfold/event-store-contract/suite";
 * import { layer, layerWith } from "@ledgerfold/event-store/memory/layer";
 *
 * suite("the store in memory", layer, { impatient: layerWith({ patience: "300 millis" }) });
 * ```
 */
export const suite = <E>(
  name: string,
  layer: Layer.Layer<EventStore, E>,
  { gaps = {}, impatient = layer }: Options = {},
): void => {
  const patient = Test.make(layer);
  const hasty = Test.make(impatient);
  describe(name, () => {
    for (const part of parts) {
      const test = part === "patience" ? hasty : patient;
      const gap = gaps[part];
      if (gap === undefined) describe(part, () => tests[part](test, layer));
      else describe.skip(`${part}: ${gap}`, () => tests[part](test, layer));
    }
  });
};

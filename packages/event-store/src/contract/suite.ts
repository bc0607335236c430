import { describe } from "@effect/vitest";
import type { Layer } from "effect";
import type { EventStore } from "../EventStore.ts";
import { appending } from "../internal/contract/appending.ts";
import { batches } from "../internal/contract/batches.ts";
import { bulk } from "../internal/contract/bulk.ts";
import { causation } from "../internal/contract/causation.ts";
import { encodedStreams } from "../internal/contract/encoded.ts";
import { erasing } from "../internal/contract/erasing.ts";
import { executing } from "../internal/contract/executing.ts";
import { fibers } from "../internal/contract/fibers.ts";
import { idempotence } from "../internal/contract/idempotence.ts";
import { interleaving } from "../internal/contract/interleaving.ts";
import { loading } from "../internal/contract/loading.ts";
import { mending } from "../internal/contract/mending.ts";
import { modelled } from "../internal/contract/modelled.ts";
import { reading } from "../internal/contract/reading.ts";
import { rebuilding } from "../internal/contract/rebuilding.ts";
import { signalling } from "../internal/contract/signalling.ts";
import { keepingCheckpoints, subscribing } from "../internal/contract/subscribing.ts";
import * as Test from "../internal/contract/Test.ts";
import { text } from "../internal/contract/text.ts";
import { tracing } from "../internal/contract/tracing.ts";
import { transactions } from "../internal/contract/transactions.ts";
import { views } from "../internal/contract/views.ts";

/**
 * What every event store has to do, as tests for vitest. The layer is built for each test and has to
 * be an empty store each time; the suite makes its tables with `setup`.
 *
 * ```ts
 * suite("the store in memory", layer);
 * ```
 */
export const suite = <E>(name: string, layer: Layer.Layer<EventStore, E>): void => {
  const test = Test.make(layer);
  describe(name, () => {
    describe("append", () => appending(test));
    describe("appendAll", () => batches(test));
    describe("appendEncoded", () => encodedStreams(test));
    describe("event ids", () => idempotence(test));
    describe("load", () => loading(test));
    describe("execute", () => executing(test));
    describe("causation", () => causation(test));
    describe("read, readFirst, readAll and count", () => reading(test));
    describe("views", () => views(test));
    describe("rebuildView", () => rebuilding(test));
    describe("mendViews", () => mending(test));
    describe("erase", () => erasing(test));
    describe("transactions", () => transactions(test));
    describe("changes", () => signalling(test));
    describe("checkpoints", () => keepingCheckpoints(test));
    describe("a subscription", () => subscribing(test));
    describe("bulk", () => bulk(test));
    describe("tracing", () => tracing(test));
    describe("fibers", () => fibers(test));
    describe("text and numbers", () => text(test));
    describe("model", () => modelled(layer));
    describe("interleavings", () => interleaving(layer));
  });
};

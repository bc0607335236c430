import { Effect } from "effect";
import type { Checkpoints, Mark } from "../Checkpoint.ts";
import * as Argument from "./Argument.ts";
import type { Engine } from "./Engine.ts";

/** The checkpoints of a store on the rows that an engine keeps. */
export const make = (engine: Engine): Checkpoints => {
  const find = (name: string) => Effect.map(engine.checkpoints(name), ([found]) => found);
  return {
    all: engine.checkpoints(),
    find: (name) => nameProblem("find", name) ?? find(name),
    lock: (name) =>
      nameProblem("lock", name) ?? Effect.zipRight(engine.lockCheckpoint(name), find(name)),
    put: (name, at) =>
      nameProblem("put", name) ??
      markProblem(at) ??
      Effect.clockWith((clock) => {
        const updatedAt = new Date(clock.unsafeCurrentTimeMillis()).toISOString();
        return engine.putCheckpoint({ name, at, updatedAt });
      }),
    drop: (name) =>
      nameProblem("drop", name) ??
      engine.transaction(Effect.zipRight(engine.lockCheckpoint(name), engine.dropCheckpoint(name))),
  };
};

const operationOf = (verb: string) => `EventStore.checkpoints.${verb}`;

const nameProblem = (verb: string, name: string) => Argument.id(operationOf(verb), "name", name);

const markProblem = (at: Mark | null) => {
  if (at === null) return undefined;
  const operation = operationOf("put");
  const { position, stream, sequence, digest } = at;
  return (
    Argument.whole(operation, "at.position", position ?? Number.NaN) ??
    Argument.whole(operation, "at.sequence", sequence ?? Number.NaN) ??
    Argument.text(operation, "at.stream.type", stream.type) ??
    Argument.text(operation, "at.stream.id", stream.id) ??
    Argument.text(operation, "at.digest", digest)
  );
};

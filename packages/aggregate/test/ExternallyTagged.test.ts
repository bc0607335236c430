import { describe, expect, it } from "@effect/vitest";
import { Either, Schema } from "effect";
import { newtype, unit, variant } from "../src/ExternallyTagged.ts";

const Shape = Schema.Union(
  unit("Nothing"),
  variant("Circle", { radius: Schema.NumberFromString }),
  variant("Box", {
    width: Schema.Number,
    label: Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null }),
    inner: Schema.NullOr(newtype("Weight", Schema.NumberFromString)),
  }),
);
type Shape = typeof Shape.Type;

const decode = Schema.decodeUnknownEither(Shape);
const encode = Schema.encodeSync(Shape);

describe("a unit variant", () => {
  it("is a bare string", () => {
    expect(decode("Nothing")).toEqual(Either.right({ _tag: "Nothing" }));
    expect(encode({ _tag: "Nothing" })).toBe("Nothing");
  });

  it.each(["nothing", "Circle", { Nothing: {} }, null])("is not %j", (encoded) => {
    expect(Either.isLeft(decode(encoded))).toBe(true);
  });
});

describe("a variant with fields", () => {
  it("is an object with its tag as the only key", () => {
    expect(decode({ Circle: { radius: "1.5" } })).toEqual(
      Either.right({ _tag: "Circle", radius: 1.5 }),
    );
    expect(encode({ _tag: "Circle", radius: 1.5 })).toEqual({ Circle: { radius: "1.5" } });
  });

  it("writes its fields in the order of the schema, optional ones too", () => {
    const box: Shape = { inner: null, label: null, width: 2, _tag: "Box" };
    expect(JSON.stringify(encode(box))).toBe('{"Box":{"width":2,"label":null,"inner":null}}');
  });

  it("gives an absent optional field its default", () => {
    expect(decode({ Box: { width: 2, inner: { Weight: "3" } } })).toEqual(
      Either.right({ _tag: "Box", width: 2, label: null, inner: { _tag: "Weight", value: 3 } }),
    );
  });

  it("ignores what it does not know", () => {
    expect(decode({ Circle: { radius: "1", colour: "red" } })).toEqual(
      Either.right({ _tag: "Circle", radius: 1 }),
    );
  });

  it.each([
    {},
    { Circle: null },
    { Circle: {} },
    { Circle: { radius: 1.5 } },
    { Triangle: { radius: "1" } },
    { _tag: "Circle", radius: "1" },
    [{ Circle: { radius: "1" } }],
  ])("is not %j", (encoded) => {
    expect(Either.isLeft(decode(encoded))).toBe(true);
  });
});

describe("a newtype", () => {
  const Weight = newtype("Weight", Schema.NumberFromString);

  it("is an object from its tag to its inner value", () => {
    expect(Schema.decodeSync(Weight)({ Weight: "3" })).toEqual({ _tag: "Weight", value: 3 });
    expect(Schema.encodeSync(Weight)({ _tag: "Weight", value: 3 })).toEqual({ Weight: "3" });
  });

  it.each([{ Weight: 3 }, { Weight: { value: "3" } }, { Size: "3" }, "Weight"])(
    "is not %j",
    (encoded) => {
      expect(Either.isLeft(Schema.decodeUnknownEither(Weight)(encoded))).toBe(true);
    },
  );
});

it("refuses to write a value that is none of its variants", () => {
  expect(() => encode({ _tag: "Triangle" } as never)).toThrow();
  expect(() => encode({ _tag: "Circle" } as never)).toThrow();
});

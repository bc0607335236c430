import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import * as Help from "../src/Help.ts";
import * as OptionTable from "../src/OptionTable.ts";
import * as Subcommand from "../src/Subcommand.ts";
import { definition } from "./definition.ts";

const lines = (topic?: string) =>
  stripVTControlCharacters(Help.page(definition, topic)).split("\n");

describe.each(Subcommand.names)("the page of %s", (command) => {
  const page = lines(command === "migrate" ? undefined : command);

  it("fits a screen, with its prompt below", () => {
    expect(page.length).toBeLessThanOrEqual(command === "migrate" ? 40 : 23);
    for (const line of page) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("leads with three examples", () => {
    expect(page[0]).toBe("EXAMPLES");
    const examples = page.slice(0, page.indexOf("")).filter((line) => /\bmigrate_to_/.test(line));
    expect(examples).toHaveLength(3);
  });

  it("lists what it takes, and nothing else", () => {
    const listed = page.flatMap((line) => /^ {2}--(\S+)/.exec(line)?.slice(1) ?? []);
    const taken = OptionTable.of(command, definition).map(([name]) => name);
    expect(listed).toEqual(taken);
    expect(taken).toContain("database-url");
  });
});

it("the page of all names each subcommand, and where the exit codes are", () => {
  for (const word of Subcommand.words)
    expect(lines().join("\n")).toMatch(new RegExp(`^ {2}(help )?${word} `, "m"));
  expect(
    lines("exit-codes")
      .slice(1)
      .map((line) => Number.parseInt(line, 10)),
  ).toEqual([...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 130]]);
});

it("a definition's own words are wrapped", () => {
  const description = "word ".repeat(40).trim();
  const decisions = { "what-to-do-about-them": { values: ["keep", "drop"], description } } as const;
  const page = stripVTControlCharacters(Help.page({ ...definition, decisions }, "dry-run"));
  expect(page.match(/\bword\b/g)).toHaveLength(40);
  for (const line of page.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

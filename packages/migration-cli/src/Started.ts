import * as Next from "./Next.ts";
import * as OptionTable from "./OptionTable.ts";
import type { Name } from "./Subcommand.ts";
import type { Definition } from "./Definition.ts";

/** What a run was started with, as its history keeps it: each option with what was given for it. */
export const options = (
  command: Name,
  definition: Definition,
  { decisions, ...own }: Next.Run["settings"],
): Readonly<Record<string, ReadonlyArray<string>>> => {
  const values: Readonly<Record<string, unknown>> = own;
  return Object.fromEntries(
    OptionTable.of(command, definition).flatMap(([name, entry]) => {
      const given = Next.given(decisions[name] ?? values[OptionTable.camel(name)]);
      if (given.length === 0) return [];
      return [[name, entry.kind === "flag" ? [] : given.map(withoutUser)]];
    }),
  );
};

/** Of a server's URL what says where it is; nothing else has a user or a password in it. */
export const withoutUser = (text: string): string => {
  if (!/^postgres(ql)?:/i.test(text)) return text;
  if (!URL.canParse(text)) return "postgresql://…";
  const { host, pathname } = new URL(text);
  return `postgresql://${host}${pathname}`;
};

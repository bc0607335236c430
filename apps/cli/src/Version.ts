import manifest from "../package.json" with { type: "json" };

/** Of the command. */
export const { version } = manifest;

/** Of the command. */
export const version = "0.1.0";

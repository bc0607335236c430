import { setFlagsFromString } from "node:v8";

/**
 * Rows live for a moment only, and what outlives it is little: a heap that grows by half, and a nursery
 * that stays as it is once all is loaded, cost less memory than they cost time.
 */
export const bound = (): void => {
  setFlagsFromString("--heap-growing-percent=50");
  setFlagsFromString("--semi-space-growth-factor=1");
};

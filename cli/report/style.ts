/** Colours for stdout; they follow stdout's terminal, NO_COLOR and --no-color. */
export { default as chalk } from "chalk";

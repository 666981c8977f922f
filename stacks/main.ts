// Entry point for the Pulumi command line (`main` of Pulumi.yaml), which runs the default export.
export { program as default } from "./index.ts";

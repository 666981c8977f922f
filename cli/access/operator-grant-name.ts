/** The grant for the operator's own requests; it ends with the environment. */
export const operatorGrant = "operator";

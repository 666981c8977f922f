/** The grant that the operator's own requests use; it ends with the environment. */
export const operatorGrant = "operator";

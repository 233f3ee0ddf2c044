/** Typed rows from OVSDB schemas. */
export const name = '@ovnkube/modelgen';

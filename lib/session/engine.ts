/** The version of the simulation: the same ground state gives the same journal as long as it stays the same. */
export const ENGINE = '0.3.0';

/** Names of variables. Source: 2.6.12 `vars.c` `vars_hash_name`, `vars_parse_scope`. */

/** What the daemon says of a name without a scope; undefined: it has one. */
export function variableNameFault(name: string): string | undefined {
  if (name === '') return 'Empty variable name cannot be accepted';
  return /^(?:proc|sess|txn|req|res|check)\./.test(name)
    ? undefined
    : `invalid variable name '${name}'. A variable name must be start by its scope. The scope can be 'proc', 'sess', 'txn', 'req', 'res' or 'check'`;
}

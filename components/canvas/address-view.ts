/** Where the badges of virtual addresses stand. */
export interface BadgePlace {
  key: string;
  host: string;
  text: string;
  state: 'held' | 'conflict' | 'nobody';
  /** Badges of one host stand above each other. */
  row: number;
}

/**
 * @param lastHolder an address that nobody holds stays, hollow, where it was last
 */
export function badgePlaces(
  addresses: readonly { address: string; holders: readonly string[] }[],
  lastHolder: ReadonlyMap<string, string>,
): BadgePlace[] {
  const rows = new Map<string, number>();
  const rowOn = (host: string) => {
    const row = rows.get(host) ?? 0;
    rows.set(host, row + 1);
    return row;
  };
  return addresses.flatMap(({ address, holders }): BadgePlace[] => {
    const name = shortAddress(address);
    const last = lastHolder.get(address);
    if (holders.length === 0)
      return last === undefined
        ? []
        : [
            {
              key: `${address} 0`,
              host: last,
              text: `nobody holds ${name}`,
              state: 'nobody',
              row: rowOn(last),
            },
          ];
    const state = holders.length > 1 ? 'conflict' : 'held';
    const text = holders.length > 1 ? `VIP ${name} · ${holders.length} holders` : `VIP ${name}`;
    // The key stays with the address, so that the badge glides instead of appearing anew.
    return holders.map((host, index) => ({
      key: `${address} ${index}`,
      host,
      text,
      state,
      row: rowOn(host),
    }));
  });
}

/** `.100`: the part that tells virtual addresses of one subnet apart. */
function shortAddress(address: string): string {
  return `.${address.split('/')[0]?.split('.').at(-1) ?? address}`;
}

/** What the live region says when holders change. */
export function holderSentence(address: string, holders: readonly string[]): string {
  if (holders.length === 0) return `Nobody holds ${address}.`;
  if (holders.length === 1) return `${holders[0] ?? ''} holds ${address}.`;
  return `${holders.length} hosts hold ${address}: ${holders.join(' and ')}.`;
}

/** How numbers are written for a reader: one decimal style for the whole product. */

/** `91.42 %`; never rounded up to 100 while something is missing. */
export function percentText(share: number, digits = 2): string {
  const scale = 10 ** digits;
  return `${(Math.floor(share * 100 * scale + 1e-9) / scale).toFixed(digits)} %`;
}

/** `99.5`: a target as its author wrote it. */
export function targetText(share: number): string {
  return String(Math.round(share * 100_000) / 1000);
}

/** `1,204`. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `48`, `2.4`: requests per second. */
export function rateText(perSecond: number): string {
  return perSecond >= 10 || perSecond === 0 ? String(Math.round(perSecond)) : perSecond.toFixed(1);
}

/** `1.2 MB` from bytes, `0 B` for nothing. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `1 request`, `3 requests`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

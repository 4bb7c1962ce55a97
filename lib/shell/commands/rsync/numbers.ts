/** How rsync writes numbers. Source: `lib/compat.c` of 3.2.7. */

const UNITS = ['K', 'M', 'G', 'T', 'P'];

/** `level` 0: digits; 1: thousands with commas; 2: units of 1000; 3: units of 1024. `decimals` only beside digits. */
export function written(value: number, level: number, decimals = 0): string {
  if (level >= 2) {
    const step = level === 2 ? 1000 : 1024;
    if (value >= step) {
      let amount = value / step;
      let unit = 0;
      while (amount >= step && unit < UNITS.length - 1) {
        amount /= step;
        unit++;
      }
      return `${amount.toFixed(2)}${UNITS[unit] ?? ''}`;
    }
  }
  const [whole = '', fraction] = value.toFixed(decimals).split('.');
  const grouped = level === 0 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

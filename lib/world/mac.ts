/** MAC addresses of simulated network cards: QEMU's prefix, then host and card. */
export function formatMac(host: number, card: number): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `52:54:00:${hex((host >> 8) & 255)}:${hex(host & 255)}:${hex(card + 1)}`;
}

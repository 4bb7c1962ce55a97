/** Statements that count for themselves: limits, quotas, open connections; as steps and as text. Source: nft(8) "STATEMENTS". */
import type { FilterStep } from '../../../world/packet-filter.contract';
import { DAY, HOUR, MINUTE, SECOND } from '../../../std/instant';
import type { Limit, Quota } from '../parse/tree';

const UNIT_MICROS = { second: SECOND, minute: MINUTE, hour: HOUR, day: DAY, week: 7 * DAY };
const DEFAULT_BURST = 5;

export function limitStep(limit: Limit): FilterStep & { step: 'limit' } {
  return {
    step: 'limit',
    rate: limit.rate,
    perMicros: UNIT_MICROS[limit.unit],
    burst: limit.burst ?? (limit.bytes ? 0 : DEFAULT_BURST),
    over: limit.over,
    unit: limit.bytes ? 'bytes' : 'packets',
    tokens: 0,
    lastAt: 0,
  };
}
function bytesText(bytes: number): string {
  if (bytes % 1_048_576 === 0 && bytes !== 0) return `${bytes / 1_048_576} mbytes`;
  return bytes % 1_024 === 0 && bytes !== 0 ? `${bytes / 1_024} kbytes` : `${bytes} bytes`;
}
/** What stands behind `limit`. */
export function rateText(limit: Limit): string {
  const over = limit.over ? 'over ' : '';
  if (limit.bytes) {
    const burst =
      limit.burst === undefined || limit.burst === DEFAULT_BURST ? '' : ` burst ${bytesText(limit.burst)}`;
    return `rate ${over}${bytesText(limit.rate)}/${limit.unit}${burst}`;
  }
  const burst =
    limit.burst === undefined || limit.burst === DEFAULT_BURST ? '' : ` burst ${limit.burst} packets`;
  return `rate ${over}${limit.rate}/${limit.unit}${burst}`;
}
export function limitText(limit: Limit): string {
  return `limit ${rateText(limit)}`;
}

/** What stands behind `quota`; `used` is left out of a listing without state. */
export function quotaValuesText({ bytes, over, used }: Quota, stateless = false): string {
  const spent = used === 0 || stateless ? '' : ` used ${bytesText(used)}`;
  return `${over ? 'over ' : ''}${bytesText(bytes)}${spent}`;
}
export function quotaText(quota: Quota): string {
  return `quota ${quotaValuesText(quota)}`;
}
export function connectionsText({ most, over }: { most: number; over: boolean }): string {
  return `ct count ${over ? 'over ' : ''}${most}`;
}

/** What an element of a set counts for itself. */
export function stateText(step: FilterStep): string {
  switch (step.step) {
    case 'limit': {
      const unit = (['second', 'minute', 'hour', 'day', 'week'] as const).find(
        (each) => UNIT_MICROS[each] === step.perMicros,
      );
      const bytes = step.unit === 'bytes';
      const burst = bytes && step.burst === 0 ? undefined : step.burst;
      return limitText({ rate: step.rate, unit: unit ?? 'second', over: step.over, burst, bytes });
    }
    case 'quota':
      return quotaText(step);
    case 'connections':
      return connectionsText(step);
    default:
      return '';
  }
}

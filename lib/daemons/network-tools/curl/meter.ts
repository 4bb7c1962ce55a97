/** curl's progress meter, at its beginning and its end (lib/progress.c, src/tool_cb_prg.c). */
import type { Micros } from '../../../std/instant';
import type { Wait, Wake } from '../../../world/process.contract';

const METER_HEAD =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n';
const NOTHING_YET = '\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0';
/** As wide as where there is no terminal: 79 columns, less the percentage. */
const BAR_WIDTH = 72;

/** What a transfer came to, in bytes. */
export interface Amounts {
  /** What was announced or came. */
  readonly total: number;
  readonly received: number;
  readonly sent: number;
}

/** The meter of one transfer after the other. */
export class Meter {
  #shown: 'meter' | 'bar' | 'none' = 'none';
  #begun = false;
  #hasHead = false;
  #startedAt: Micros = 0;

  constructor(
    private readonly write: (text: string) => Generator<Wait, void, Wake>,
    private readonly now: () => Micros,
  ) {}

  /** For the next transfer. */
  reset(shown: 'meter' | 'bar' | 'none'): void {
    this.#shown = shown;
    this.#begun = false;
    this.#hasHead = false;
    this.#startedAt = this.now();
  }
  /** For another try of the same one: its head stays. */
  again(): void {
    this.#begun = false;
    this.#startedAt = this.now();
  }
  /** The head, once. */
  *begin(): Generator<Wait, void, Wake> {
    if (this.#begun) return;
    this.#begun = true;
    if (this.#shown === 'meter') yield* this.write(`${this.#hasHead ? '' : METER_HEAD}${NOTHING_YET}`);
    this.#hasHead = true;
  }
  /** The last line; nothing when it has not begun. */
  *end(amounts: Amounts): Generator<Wait, void, Wake> {
    if (!this.#begun || this.#shown === 'none') return;
    yield* this.write(
      this.#shown === 'meter' ? meterLine(amounts, this.now() - this.#startedAt) : barLine(amounts),
    );
  }
}

function meterLine({ total: announced, received, sent }: Amounts, elapsed: Micros): string {
  const seconds = Math.max(elapsed, 1) / 1_000_000;
  const down = Math.floor(received / seconds);
  const up = Math.floor(sent / seconds);
  const total = announced + sent;
  const percent = received + sent === 0 ? 0 : Math.floor(((received + sent) * 100) / total);
  const time = elapsed >= 1_000_000 ? clock(Math.floor(elapsed / 1_000_000)) : '--:--:--';
  return `\r${String(percent).padStart(3)} ${size(total)}  ${String(received > 0 ? 100 : 0).padStart(3)} ${size(received)}  ${String(sent > 0 ? 100 : 0).padStart(3)} ${size(sent)}  ${size(down)}  ${size(up)} ${received + sent > 0 ? time : '--:--:--'} ${time} --:--:-- ${size(elapsed < 5_000_000 ? down + up : 0)}\n`;
}
function barLine({ received, sent }: Amounts): string {
  return received + sent === 0 ? '' : `\r${'#'.repeat(BAR_WIDTH)} 100.0%\n`;
}

function clock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(Math.floor(seconds / 3_600)).padStart(2)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
/** Five characters: 12345, 1234k, 12.3M. */
function size(bytes: number): string {
  if (bytes < 100_000) return String(bytes).padStart(5);
  if (bytes < 10_000 * 1024) return `${String(Math.floor(bytes / 1024)).padStart(4)}k`;
  if (bytes < 100 * 1024 * 1024) return `${(bytes / 1024 / 1024).toFixed(1).padStart(4)}M`;
  return `${String(Math.floor(bytes / 1024 / 1024)).padStart(4)}M`;
}

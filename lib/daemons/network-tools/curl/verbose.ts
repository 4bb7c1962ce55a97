/** What `-v` says: texts, and bytes that went by. Of several lots of bytes in a row only the first is told (tool_cb_dbg.c). */
import { type AlertName, alertNumber } from '../../../protocols/tls/alerts';
import type { Wait, Wake } from '../../../world/process.contract';
import type { TlsMessageName, TlsStep } from '../../../world/tls.contract';

/** Length of a record's header, which curl tells as data of its own. */
const RECORD_HEADER = 5;

export class Verbose {
  #tellsData = true;

  /** @param showsData off while the body goes to a terminal */
  constructor(
    private readonly write: (text: string) => Generator<Wait, void, Wake>,
    private readonly options: { verbose: boolean; showsData: boolean },
  ) {}

  /** Whole lines, as they are printed. */
  *say(lines: string): Generator<Wait, void, Wake> {
    this.#tellsData = true;
    if (this.options.verbose) yield* this.write(lines);
  }
  *data(direction: '{' | '}', bytes: number): Generator<Wait, void, Wake> {
    if (!this.#tellsData) return;
    this.#tellsData = false;
    if (this.options.verbose && this.options.showsData)
      yield* this.write(`${direction} [${bytes} bytes data]\n`);
  }
  /** The header of a record that follows. */
  *record(direction: '{' | '}'): Generator<Wait, void, Wake> {
    yield* this.data(direction, RECORD_HEADER);
  }
  /** A message of TLS as OpenSSL's callback tells it. */
  *step(step: TlsStep): Generator<Wait, void, Wake> {
    const [way, sign] = step.direction === 'out' ? (['OUT', '}'] as const) : (['IN', '{'] as const);
    yield* this.record(sign);
    yield* this.say(`* ${step.version} (${way}), ${wordsOf(step)}:\n`);
    yield* this.data(sign, step.bytes);
  }
}

function wordsOf({ message, alert }: TlsStep): string {
  if (message === 'alert' && alert !== undefined) return `TLS alert, ${alertWords(alert)}`;
  const [words, number] = MESSAGES[message];
  return message === 'change_cipher_spec'
    ? `TLS change cipher, ${words} (1)`
    : `TLS handshake, ${words} (${number})`;
}
/** Vendor: OpenSSL 3.0 has no words for the alerts that TLS 1.3 brought. */
function alertWords(alert: AlertName): string {
  const level = alert === 'close_notify' ? 1 : 2;
  const words =
    alert === 'certificate_required' || alert === 'missing_extension' || alert === 'no_application_protocol'
      ? 'unknown'
      : alert === 'unknown_ca'
        ? 'unknown CA'
        : alert.replaceAll('_', ' ');
  return `${words} (${level * 256 + alertNumber(alert)})`;
}
const MESSAGES: Readonly<Record<TlsMessageName, readonly [string, number]>> = {
  client_hello: ['Client hello', 1],
  server_hello: ['Server hello', 2],
  new_session_ticket: ['Newsession Ticket', 4],
  encrypted_extensions: ['Encrypted Extensions', 8],
  certificate: ['Certificate', 11],
  server_key_exchange: ['Server key exchange', 12],
  certificate_request: ['Request CERT', 13],
  server_hello_done: ['Server finished', 14],
  certificate_verify: ['CERT verify', 15],
  client_key_exchange: ['Client key exchange', 16],
  finished: ['Finished', 20],
  change_cipher_spec: ['Change cipher spec', 1],
  alert: ['alert', 0],
};

/** What travels on a connection as text, for tools that show it or pass it on. */
import type { Message } from './network.contract';

/** Messages as the bytes that they stand for. */
export function textOf(message: Message): string {
  const headers = (list: readonly [string, string][]): string =>
    list.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  switch (message.kind) {
    case 'bytes':
      return message.text;
    case 'request':
      return `${message.method} ${message.target} HTTP/${message.version}\r\n${headers(message.headers)}\r\n${message.body}`;
    case 'response':
      return `HTTP/${message.version} ${message.status} ${message.reason}\r\n${headers(message.headers)}\r\n${message.body}`;
    case 'tls':
      return '';
  }
}

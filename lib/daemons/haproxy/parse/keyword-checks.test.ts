import { describe, expect, it } from 'vitest';
import { checkConfiguration } from '../checker';
import cases from '../fixtures/keyword-checks.json';
import { reportUnresolved } from '../load';
import { formatMessage } from '../messages';
import { parseClassicIPv4 } from '../../../std/ipv4';
import { UNKNOWN_SURROUNDINGS } from './context';

/** One run of the real `haproxy -c` (2.6.12): the line that varies, by the place it stands in, and what came of it. */
interface Recorded {
  readonly global?: string;
  readonly defaults?: string;
  readonly frontend?: string;
  readonly backend?: string;
  /** at the end of a server's line, of a bind line */
  readonly server?: string;
  readonly bind?: string;
  /** instead of the backend */
  readonly backends?: string;
  readonly code: number;
  readonly said: string;
}

const line = (text: string | undefined): string => (text === undefined ? '' : `    ${text}\n`);

function configurationOf({ global, defaults, frontend, backend, server, bind, backends }: Recorded): string {
  const servers = `    server app1 10.0.1.21:8080 check${server === undefined ? '' : ` ${server}`}\n`;
  const second = bind === undefined ? '    server app2 10.0.1.22:8080 check\n' : '';
  return `global
${line(global)}    log /dev/log local0

defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
${line(defaults)}
frontend web
    bind :80${bind === undefined ? '' : ` ${bind}`}
${line(frontend)}    default_backend app

${backends ?? `backend app\n${line(backend)}${servers}${second}`}`;
}

/** Without notices and the closing alerts. */
function said(recorded: Recorded): string {
  const result = checkConfiguration([{ path: '/h.cfg', text: configurationOf(recorded) }], {
    ...UNKNOWN_SURROUNDINGS,
    address: (name) => (name === 'localhost' ? 0x7f000001 : parseClassicIPv4(name)),
  });
  const isRefused = result.configuration === undefined || reportUnresolved(result, new Map()) > 0;
  const text = result.messages
    .filter(({ level, text: own }) => level !== 'NOTICE' && !/Error\(s\) found|Fatal errors found/.test(own))
    .map((message) => formatMessage(message, 0).replace(/^(\[\w+\]) +\(0\) : config : /, '$1 '))
    .join('');
  return `${text.trim()} => ${isRefused ? 1 : 0}`;
}

describe('what haproxy -c says of single lines, as recorded', () => {
  it('has the recordings', () => expect(cases.length).toBeGreaterThan(120));
  it.each(cases as readonly Recorded[])(
    '$global $defaults $frontend $backend $server $bind $backends',
    (recorded) => {
      expect(said(recorded)).toBe(`${recorded.said} => ${recorded.code}`);
    },
  );
});

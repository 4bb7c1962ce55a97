import { describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../checker';
import fixture from '../../fixtures/tls-checks.json';
import { formatMessage } from '../../messages';
import { UNKNOWN_SURROUNDINGS, type Surroundings } from '../context';

/** One run of the real `haproxy -c` (2.6.12): what varies of its configuration, what it said, how it ended. */
interface Recorded {
  readonly configuration?: string;
  readonly global?: string;
  readonly bind?: string;
  readonly extra?: string;
  readonly backend?: string;
  readonly mode?: string;
  /** the file /m/list */
  readonly list?: string;
  readonly code: number;
  /** `@` stands for the head of the frontend's `bind` line */
  readonly said: string;
}

const CASES = fixture.cases as readonly Recorded[];
const BIND = "parsing [/h.cfg:11] : 'bind :8443' in section 'frontend'";

/** The files that the recordings used: texts, and PEM blocks by number. */
const FILES = new Map<string, string>(
  Object.entries(fixture.files as unknown as Record<string, readonly (string | number)[]>).map(
    ([name, parts]) => [
      `/m/${name}`,
      parts.map((part) => (typeof part === 'number' ? (fixture.blocks[part] ?? '') : part)).join(''),
    ],
  ),
);

function configurationOf({ configuration, global, bind, extra, backend, mode }: Recorded): string {
  return (
    configuration ??
    `global
    maxconn 2000
    ${global ?? ''}
defaults
    mode ${mode ?? 'http'}
    timeout connect 2s
    timeout client 30s
    timeout server 10s

frontend web
    bind :8443 ${bind ?? ''}
    ${extra ?? ''}
    default_backend app

backend app
    ${backend ?? 'server s1 127.0.0.1:8080'}
`
  );
}

function surroundings({ list }: Recorded): Surroundings {
  const text = (path: string): string | undefined => (path === '/m/list' ? list : FILES.get(path));
  const under = (path: string): string[] => [...FILES.keys()].filter((name) => name.startsWith(`${path}/`));
  const missing = { error: 'No such file or directory' };
  return {
    ...UNKNOWN_SURROUNDINGS,
    address: (name) => (/^[\d.]+$/.test(name) ? 1 : undefined),
    readFile: (path) => {
      const found = text(path);
      return found === undefined ? missing : { text: found };
    },
    kindOf: (path) => {
      if (text(path) !== undefined) return { kind: 'file' };
      return under(path).length > 0 ? { kind: 'directory' } : missing;
    },
    list: (path) => ({
      names: [...new Set(under(path).map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))].filter(
        (name) => name !== '',
      ),
    }),
  };
}

/** Without the notices and the two closing alerts, which say nothing of TLS. */
function said(recorded: Recorded): string {
  const result = checkConfiguration(
    [{ path: '/h.cfg', text: configurationOf(recorded) }],
    surroundings(recorded),
  );
  const text = result.messages
    .filter(({ level, text: own }) => level !== 'NOTICE' && !/Error\(s\) found|Fatal errors found/.test(own))
    .map((message) => formatMessage(message, 0).replace('(0) : ', ''))
    .join('');
  const code = result.configuration === undefined ? 1 : 0;
  return `${text.replace(/^\n+|\n+$/g, '').replaceAll(BIND, '@')} => ${code}`;
}

describe('what haproxy -c says of TLS, as recorded', () => {
  it('has the recordings', () => expect(CASES.length).toBeGreaterThan(400));
  it.each(CASES)('$global $bind $extra $backend $list', (recorded) => {
    expect(said(recorded)).toBe(`${recorded.said} => ${recorded.code}`);
  });
});

import { describe, expect, it } from 'vitest';
import { isConverterModelled } from '../evaluate/convert';
import { isFetchModelled } from '../evaluate/fetch';
import { checkConfiguration } from '../checker';
import fixture from '../fixtures/rules-checks.json';
import { formatMessage } from '../messages';
import { CONVERTERS, FETCHES, isModelled } from '../samples';
import { UNKNOWN_SURROUNDINGS } from './context';

/** One run of the real `haproxy -c` (2.6.12): what varies of its configuration, what it said, how it ended. */
interface Recorded {
  readonly configuration?: string;
  /** before `defaults` */
  readonly sections?: string;
  readonly mode?: string;
  readonly defaults?: string;
  readonly frontend?: string;
  readonly backend?: string;
  readonly code: number;
  readonly said: string;
}

const CASES = fixture.cases as readonly Recorded[];
const FILES = new Map(Object.entries(fixture.files as Readonly<Record<string, string>>));

function configurationOf({ configuration, sections, mode, defaults, frontend, backend }: Recorded): string {
  return (
    configuration ??
    `global
    maxconn 2000

${sections ?? ''}defaults
    mode ${mode ?? 'http'}
    timeout connect 2s
    timeout client 30s
    timeout server 10s
    ${defaults ?? ''}
frontend web
    bind :8443 
    ${frontend ?? ''}
    default_backend app

backend app
    ${backend ?? 'server s1 127.0.0.1:8080'}
`
  );
}

/** Without notices and the closing alerts. */
function said(recorded: Recorded): string {
  const result = checkConfiguration([{ path: '/h.cfg', text: configurationOf(recorded) }], {
    ...UNKNOWN_SURROUNDINGS,
    address: (name) => (/^[\d.]+$/.test(name) ? 1 : undefined),
    readFile: (path) => {
      const text = FILES.get(path);
      return text === undefined ? { error: 'No such file or directory' } : { text };
    },
  });
  const text = result.messages
    .filter(({ level, text: own }) => level !== 'NOTICE' && !/Error\(s\) found|Fatal errors found/.test(own))
    .map((message) => formatMessage(message, 0).replace(/^(\[\w+\]) +\(0\) : config : /, '$1 '))
    .join('');
  return `${text.trim()} => ${result.configuration === undefined ? 1 : 0}`;
}

describe('what haproxy -c says of rules, captures, pages, maps, as recorded', () => {
  it('has the recordings', () => expect(CASES.length).toBeGreaterThan(350));
  it.each(CASES)('$sections $defaults $frontend $backend', (recorded) => {
    expect(said(recorded)).toBe(`${recorded.said} => ${recorded.code}`);
  });
});

describe('samples', () => {
  const notes = (line: string): readonly string[] =>
    checkConfiguration(
      [{ path: '/h.cfg', text: configurationOf({ frontend: line, code: 0, said: '' }) }],
      UNKNOWN_SURROUNDINGS,
    ).diagnostics.flatMap(({ code, message }) => (code === 'not-modelled' ? [message] : []));

  it('are named as not modelled exactly where nothing computes them', () => {
    expect([...FETCHES.keys()].filter((name) => isModelled('fetch', name) !== isFetchModelled(name))).toEqual(
      [],
    );
    expect(
      [...CONVERTERS.keys()].filter((name) => isModelled('converter', name) !== isConverterModelled(name)),
    ).toEqual([]);
  });
  it('that come to nothing are said', () => {
    expect(notes('http-request set-header A %[fc_rtt,add(1)]')).toEqual([
      expect.stringContaining("'fc_rtt'"),
    ]);
    expect(notes('acl a src,xxh32 3')).toEqual([expect.stringContaining("'xxh32'")]);
    expect(notes('http-request set-header A %[src,ipmask(24)]')).toEqual([]);
  });
});

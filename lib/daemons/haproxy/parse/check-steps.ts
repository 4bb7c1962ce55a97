/**
 * What a check does from first to last, once a section is whole: its rules, with the connection and the
 * expectation that need no line.
 * Source: 2.6.12 `tcpcheck.c` `check_proxy_tcpcheck`, `tcpcheck_add_http_rule`, `proxy_parse_redis_check_opt`,
 * `proxy_parse_smtpchk_opt`, `proxy_parse_pgsql_check_opt`, `proxy_parse_mysql_check_opt`,
 * `proxy_parse_ldap_check_opt`.
 */

import type { CheckConnect, CheckExpect, CheckRule, CheckSettings, CheckStep } from '../config';
import { textFromBytes } from '../../../std/bytes';
import { PLAIN_EXPECT } from './check-expect';

export const PLAIN_CONNECT: CheckConnect = {
  usesTls: false,
  isDefault: true,
  sni: undefined,
  port: undefined,
  hasPort: false,
  ip: undefined,
  sendsProxy: false,
};
const IMPLICIT: CheckStep = { type: 'connect', connect: PLAIN_CONNECT, number: 0, comment: undefined };
const ANSWER_IS_WELL: CheckStep = expected({
  what: 'status',
  pattern: '200-399',
  statuses: [{ lowest: 200, highest: 399 }],
});

export function stepsOf(check: CheckSettings): readonly CheckStep[] {
  switch (check.kind) {
    case 'connect':
    case 'tls-hello':
    case 'unsupported':
      return [IMPLICIT];
    case 'tcp':
      return connected(numbered(check.tcpRules));
    case 'protocol':
      return connected(check.protocolRules);
    case 'http':
      return connected(httpSteps(check));
  }
}
function connected(steps: readonly CheckStep[]): readonly CheckStep[] {
  return steps[0]?.type === 'connect' ? steps : [IMPLICIT, ...steps];
}
/** Remarks count as steps, but only leave their words with those that follow. */
function numbered(rules: readonly CheckRule[]): CheckStep[] {
  const steps: CheckStep[] = [];
  let remark: string | undefined;
  for (const [index, rule] of rules.entries()) {
    if (rule.type === 'remark') remark = rule.comment;
    else if (rule.type === 'variable') remark = undefined;
    else steps.push({ ...rule, number: index + 1, comment: rule.comment ?? remark });
  }
  return steps;
}

/** The option's own request goes out once there is a connection; the answer to the last one has to be well. */
function httpSteps({ httpRules }: CheckSettings): CheckStep[] {
  const steps = numbered(httpRules);
  const isOption = httpRules.find(({ type }) => type !== 'remark' && type !== 'variable')?.isOption === true;
  const [option, connect] = steps;
  if (isOption && option !== undefined && connect?.type === 'connect') steps.splice(0, 2, connect, option);
  if (steps.at(-1)?.type === 'request') steps.push(ANSWER_IS_WELL);
  return steps;
}

// ---------------------------------------------------------------- other protocols
function expected(words: Partial<CheckExpect>): CheckStep {
  return { type: 'expect', expect: { ...PLAIN_EXPECT, ...words }, number: 0, comment: undefined };
}
function sent(text: string): CheckStep {
  return { type: 'send', text, number: 0, comment: undefined };
}

/** `option redis-check`, `smtpchk` …; undefined: not modelled. */
export function protocolSteps(option: string, words: readonly string[]): readonly CheckStep[] | undefined {
  switch (option) {
    case 'redis-check':
      return [
        sent('*1\r\n$4\r\nPING\r\n'),
        expected({
          pattern: '+PONG\r\n',
          errorStatus: 'L7STS',
          onError: { from: 0 },
          onSuccess: { text: 'Redis server is ok' },
        }),
      ];
    case 'smtpchk':
      return mail(words);
    case 'pgsql-check':
      return database(words[1] ?? '');
    case 'ldap-check':
      return [
        sent(textFromBytes(new Uint8Array([0x30, 12, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0]))),
        expected({
          what: 'rbinary',
          pattern: '^30',
          leastBytes: 14,
          errorStatus: 'L7RSP',
          onError: { text: 'Not LDAPv3 protocol' },
        }),
      ];
    case 'mysql-check':
      // The server greets first: a packet whose number is 0 and whose protocol is 10.
      return [
        expected({
          what: 'rbinary',
          pattern: '^.{6}000A',
          leastBytes: 5,
          errorStatus: 'L7RSP',
          onError: { text: 'MySQL handshake packet not found' },
        }),
      ];
    default:
      return undefined;
  }
}

/** `smtpchk [HELO|EHLO <domain>]` */
function mail([hello, domain]: readonly string[]): readonly CheckStep[] {
  const isGiven = (hello === 'HELO' || hello === 'EHLO') && domain !== undefined;
  const reply = { what: 'rstring', leastBytes: 4, onError: { from: 0 } } as const;
  return [
    expected({ ...reply, pattern: '^[0-9]{3}[ \r]', errorStatus: 'L7RSP' }),
    expected({ ...reply, pattern: '^2[0-9]{2}[ \r]', errorStatus: 'L7STS', onError: { from: 4 } }),
    sent(`${isGiven ? `${hello} ${domain}` : 'HELO localhost'}\r\n`),
    expected({
      ...reply,
      pattern: '^2[0-9]{2}[- \r]',
      errorStatus: 'L7STS',
      onError: { from: 4 },
      onSuccess: { from: 4 },
    }),
  ];
}

/** `pgsql-check user <name>`: a start-up message, and an answer that asks for a password or lets in. */
function database(user: string): readonly CheckStep[] {
  const length = user.length + 4 + 4 + 5 + 2;
  const bytes = textFromBytes(new Uint8Array([24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff)));
  return [
    sent(`${bytes}\0\x03\0\0user\0${user}\0\0`),
    expected({
      negated: true,
      what: 'rstring',
      pattern: '^E',
      leastBytes: 5,
      errorStatus: 'L7RSP',
      onError: { from: 6 },
    }),
    expected({
      what: 'rbinary',
      pattern: '^52000000[A-Z0-9]{2}000000(00|02|03|04|05|06|07|09|0A)',
      leastBytes: 9,
      errorStatus: 'L7STS',
      onSuccess: { text: 'PostgreSQL server is ok' },
      onError: { text: 'PostgreSQL unknown error' },
    }),
  ];
}

/**
 * What a check's answer must look like. Source: HAProxy 2.6 configuration manual §4.2 "http-check expect",
 * "tcp-check expect"; src/tcpcheck.c `tcpcheck_eval_expect_http`, `tcpcheck_eval_expect`,
 * `tcpcheck_expect_onerror_message`, `chk_report_conn_err`; recorded.
 */

import { byteLength, bytesFromText } from '../../../std/bytes';
import type { HttpResponse } from '../../../world/network.contract';
import type { CheckExpect, CheckSettings, CheckStep, MatchMethod } from '../config';
import { matches } from '../evaluate/patterns';
import type { CheckStatus } from './state';

export interface Verdict {
  status: CheckStatus;
  description: string;
}
type ExpectStep = Extract<CheckStep, { type: 'expect' }>;

/** What is amiss with an HTTP answer; undefined: the next step. */
export function unmetByResponse(
  { expect, comment }: ExpectStep,
  response: HttpResponse,
): Verdict | undefined {
  const isBody = expect.what === 'string' || expect.what === 'rstring';
  const remark = comment === undefined ? '' : ` comment: ${comment}`;
  if (isBody && response.body === '')
    return { status: 'L7RSP', description: 'HTTP content check could not find a response body' };
  if (isMet(expect, response) !== expect.negated) return undefined;
  const text = isBody
    ? expect.negated
      ? 'HTTP check matched unwanted content'
      : 'HTTP content check did not match'
    : response.reason;
  return {
    status: expect.errorStatus ?? (isBody ? 'L7RSP' : 'L7STS'),
    description: worded(expect.onError, response.body, text) + remark,
  };
}
function isMet(expect: CheckExpect, response: HttpResponse): boolean {
  switch (expect.what) {
    case 'status':
      return expect.statuses.some(
        ({ lowest, highest }) => response.status >= lowest && response.status <= highest,
      );
    case 'rstatus':
      return matches(String(response.status), expect.pattern, { ignoreCase: false });
    case 'string':
    case 'rstring':
    case 'binary':
    case 'rbinary':
      return contains(expect, response.body);
    case 'hdr':
    case 'fhdr': {
      const found = response.headers.filter(([name]) =>
        textMatches(name.toLowerCase(), expect.nameMatch, expect.headerName.toLowerCase()),
      );
      if (expect.pattern === '') return found.length > 0;
      const values =
        expect.what === 'fhdr'
          ? found.map(([, value]) => value)
          : found.flatMap(([, value]) => value.split(',').map((part) => part.trim()));
      return values.some((value) => textMatches(value, expect.headerMatch, expect.pattern));
    }
  }
}
function textMatches(value: string, method: MatchMethod, pattern: string): boolean {
  switch (method) {
    case 'beg':
      return value.startsWith(pattern);
    case 'end':
      return value.endsWith(pattern);
    case 'sub':
      return value.includes(pattern);
    case 'reg':
      return matches(value, pattern, { ignoreCase: false });
    default:
      return value === pattern;
  }
}

/** What is amiss with the bytes that have come; undefined: the next step. `isOver`: no more will come. */
export function unmetByBytes(
  kind: CheckSettings['kind'],
  { expect, comment, number }: ExpectStep,
  received: string,
  isOver: boolean,
): Verdict | 'wait' | undefined {
  const least = expect.what === 'string' || expect.what === 'binary' ? byteLength(expect.pattern) : 0;
  if (!isOver && byteLength(received) < Math.max(least, expect.leastBytes)) return 'wait';
  const found = contains(expect, received);
  if (!found && !isOver && expect.leastBytes === -1) return 'wait';
  if (found !== expect.negated) return undefined;
  const remark = comment === undefined ? '' : ` comment: ${comment}`;
  const general =
    kind === 'tcp'
      ? `TCPCHK ${found ? 'matched unwanted content' : 'did not match content'}${named(expect)} at step ${number}`
      : '';
  return {
    status: expect.errorStatus ?? 'L7RSP',
    description: worded(expect.onError, received, general) + remark,
  };
}
function contains({ what, pattern }: CheckExpect, text: string): boolean {
  switch (what) {
    case 'rstring':
      return matches(text, pattern, { ignoreCase: false });
    case 'rbinary':
      return matches(hexadecimal(text), pattern, { ignoreCase: false });
    default:
      return text.includes(pattern);
  }
}
function hexadecimal(text: string): string {
  return Array.from(bytesFromText(text), (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}
function named({ what, pattern }: CheckExpect): string {
  switch (what) {
    case 'string':
      return ` '${pattern}'`;
    case 'rstring':
      return ' (regex)';
    case 'binary':
      return ' (binary)';
    case 'rbinary':
      return ' (binary regex)';
    default:
      return '';
  }
}

/** A rule's own words, or what the server said up to the end of its line. */
function worded(own: CheckExpect['onError'], received: string, otherwise: string): string {
  if (own === undefined) return otherwise;
  if ('text' in own) return own.text;
  return (
    received
      .slice(own.from)
      .trimStart()
      .split(/[\r\n]/)[0] ?? ''
  );
}

/** How a check that got through all steps is told. */
export function passed(
  kind: CheckSettings['kind'],
  last: CheckStep | undefined,
  received: string,
  reached: 'L4OK' | 'L6OK',
): Verdict {
  if (last === undefined || last.type === 'connect')
    return { status: reached, description: (last?.number ?? 0) > 0 ? '(tcp-check)' : '' };
  const general = kind === 'tcp' ? '(tcp-check)' : '';
  if (last.type !== 'expect') return { status: 'L7OK', description: general };
  return {
    status: last.expect.okStatus ?? 'L7OK',
    description: worded(last.expect.onSuccess, received, general),
  };
}

/** Where a check of `option tcp-check` was when the network failed or time ran out. */
export function whereabouts(kind: CheckSettings['kind'], step: CheckStep | undefined): string {
  if (kind !== 'tcp' || step === undefined) return '';
  if (step.number === 0) return ' at initial connection step of tcp-check';
  const comment = step.comment === undefined ? '' : ` comment: '${step.comment}'`;
  return ` at step ${step.number} of tcp-check (${act(step)})${comment}`;
}
function act(step: CheckStep): string {
  switch (step.type) {
    case 'connect':
      return step.connect.port === undefined ? 'connect' : `connect port ${step.connect.port}`;
    case 'send':
    case 'request':
      return 'send';
    case 'expect':
      switch (step.expect.what) {
        case 'string':
          return `expect string '${step.expect.pattern}'`;
        case 'rstring':
          return 'expect regex';
        case 'binary':
          return 'expect binary';
        case 'rbinary':
          return 'expect binary regex';
        default:
          return 'expect';
      }
  }
}

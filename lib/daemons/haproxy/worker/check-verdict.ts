/**
 * What a health check's answer must look like. Source: HAProxy 2.6 configuration
 * manual §4.2 "http-check expect"; src/tcpcheck.c `tcpcheck_eval_expect_http`.
 */

import type { HttpResponse } from '../../../world/network.contract';
import type { CheckExpect } from '../config';
import { matches } from '../evaluate/patterns';
import type { Runtime } from './runtime';
import type { Which } from './server-status';
import type { CheckStatus } from './state';

export interface Verdict {
  status: CheckStatus;
  description: string;
}

/** What the rules say about an answer; without rules 2xx and 3xx pass. */
export function judge(runtime: Runtime, { proxy, server }: Which, response: HttpResponse): Verdict {
  const { check } = runtime.settings(proxy);
  if (check.disableOn404 && response.status === 404 && server.next !== 'stopped')
    return { status: 'L7OKC', description: '' };
  if (check.expect.length === 0) {
    const passes = response.status >= 200 && response.status <= 399;
    return { status: passes ? 'L7OK' : 'L7STS', description: passes ? '' : response.reason };
  }
  for (const expect of check.expect) {
    const failure = unmet(expect, response);
    if (failure !== undefined) return failure;
  }
  return { status: 'L7OK', description: '' };
}
function unmet(expect: CheckExpect, response: HttpResponse): Verdict | undefined {
  const isBody = expect.what === 'string' || expect.what === 'rstring';
  if (isBody && response.body === '')
    return { status: 'L7RSP', description: 'HTTP content check could not find a response body' };
  if (isMet(expect, response) !== expect.negated) return undefined;
  if (!isBody) return { status: 'L7STS', description: response.reason };
  return {
    status: 'L7RSP',
    description: expect.negated ? 'HTTP check matched unwanted content' : 'HTTP content check did not match',
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
      return response.body.includes(expect.pattern);
    case 'rstring':
      return matches(response.body, expect.pattern, { ignoreCase: false });
    case 'hdr':
    case 'fhdr': {
      const found = response.headers.filter(
        ([name]) => name.toLowerCase() === expect.headerName.toLowerCase(),
      );
      if (expect.pattern === '') return found.length > 0;
      const values =
        expect.what === 'fhdr'
          ? found.map(([, value]) => value)
          : found.flatMap(([, value]) => value.split(',').map((part) => part.trim()));
      return values.some((value) => valueMatches(value, expect));
    }
  }
}
function valueMatches(value: string, { headerMatch, pattern }: CheckExpect): boolean {
  switch (headerMatch) {
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

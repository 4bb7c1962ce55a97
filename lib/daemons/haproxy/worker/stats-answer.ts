/**
 * The statistics page (`stats uri`): the daemon's report as HTML, as CSV with `;csv`, in the forms of
 * `;typed` and `;json`; what is posted to it.
 * Source: HAProxy 2.6 configuration manual §4.2 "stats uri", "stats auth", "stats admin"; src/http_ana.c
 * `http_handle_stats`, src/stats.c.
 *
 * Not modelled: the form for administrators as HTML, tooltips.
 */

import { formatDuration } from './uptime';
import type { StatsPage } from '../config';
import { holds } from '../evaluate/condition';
import { decodeBase64 } from '../evaluate/fetch';
import { headerValue, type Subject } from '../evaluate/subject';
import { RELEASE_DATE, VERSION } from '../messages';
import { challenge, ownAnswer, type OwnAnswer } from './own-answers';
import { response } from './replies';
import type { Runtime } from './runtime';
import type { Session } from './state';
import { allRows, CSV_HEADER, csvRow, isShown, type Row } from './statistics';
import { processPost, redirectToStats } from './stats-post';
import { formattedStatistics } from './typed';

export function statsAnswer(runtime: Runtime, session: Session, proxy: number, page: StatsPage): OwnAnswer {
  if (page.users.length > 0 && !isAllowed(session, page)) {
    const subject: Subject = { runtime, session, request: session.request, response: undefined };
    return challenge(subject, [runtime.settings(proxy)], page.realm ?? 'HAProxy Statistics');
  }
  const rest = session.request?.target.slice(page.uri.length) ?? '';
  const norefresh = page.refreshSeconds > 0 && rest.includes(';norefresh');
  if (session.request?.method === 'POST') {
    const code = isAdmin(runtime, session, page) ? processPost(runtime, session.request.body) : 'DENY';
    return redirectToStats(
      page.uri,
      code,
      `${rest.includes(';up') ? ';up' : ''}${norefresh ? ';norefresh' : ''}`,
    );
  }
  const hidden = ['up', 'no-maint'].filter((word) => rest.includes(`;${word}`));
  const rows = allRows(runtime).filter(
    (row) =>
      isShown(row, hidden) &&
      (page.scopes.length === 0 ||
        page.scopes.includes(String(row.get('pxname'))) ||
        (page.scopes.includes('.') && row.get('pxname') === runtime.settings(proxy).id)),
  );
  const format = formatOf(rest);
  const headers: [string, string][] = [
    ['cache-control', 'no-cache'],
    ['content-type', CONTENT_TYPES[format]],
  ];
  if (page.refreshSeconds > 0 && format === 'html' && !norefresh)
    headers.push(['refresh', String(page.refreshSeconds)]);
  return ownAnswer(response(200, 'OK', headers, reportOf(runtime, page, rows, format)));
}
const CONTENT_TYPES = {
  html: 'text/html',
  csv: 'text/plain',
  typed: 'text/plain',
  json: 'application/json',
} as const;
type Format = keyof typeof CONTENT_TYPES;
/** The last one that is looked for wins. */
function formatOf(rest: string): Format {
  return (['json', 'typed', 'csv'] as const).find((word) => rest.includes(`;${word}`)) ?? 'html';
}
function reportOf(runtime: Runtime, page: StatsPage, rows: readonly Row[], format: Format): string {
  switch (format) {
    case 'html':
      return html(runtime, page, rows);
    case 'csv':
      return `${[CSV_HEADER, ...rows.map(csvRow)].join('\n')}\n`;
    case 'typed':
    case 'json':
      return formattedStatistics(rows, format);
  }
}
/** `stats admin if …`: one condition is enough. */
function isAdmin(runtime: Runtime, session: Session, page: StatsPage): boolean {
  const subject: Subject = { runtime, session, request: session.request, response: undefined };
  return page.adminRules.some((condition) => holds(subject, condition));
}
function isAllowed(session: Session, page: StatsPage): boolean {
  const value = headerValue(session.request?.headers ?? [], 'authorization') ?? '';
  const given = /^basic\s+(\S+)/i.exec(value);
  const text = given === null ? '' : decodeBase64(given[1] ?? '');
  return page.users.some(({ user, password }) => text === `${user}:${password}`);
}

// ---------------------------------------------------------------- HTML
function html(runtime: Runtime, page: StatsPage, rows: readonly Row[]): string {
  const version = page.hideVersion ? '' : ` version ${VERSION}, released ${RELEASE_DATE}`;
  const groups = new Map<string, Row[]>();
  for (const row of rows)
    groups.set(String(row.get('pxname')), [...(groups.get(String(row.get('pxname'))) ?? []), row]);
  return `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"
"http://www.w3.org/TR/html4/loose.dtd">
<html><head><title>Statistics Report for HAProxy${page.showNode ? ` on ${runtime.configuration.global.node}` : ''}</title>
<meta http-equiv="content-type" content="text/html; charset=iso-8859-1">
</head>
<body><h1><a href="http://www.haproxy.org/" style="text-decoration: none;">HAProxy${version}</a></h1>
<h2>Statistics Report for pid ${runtime.pid}${page.showDescription === undefined || page.showDescription === '' ? '' : `: ${escaped(page.showDescription)}`}</h2>
<hr width="100%" class="hr">
<h3>&gt; General process information</h3>
<p><b>pid = </b> ${runtime.pid} (process #1, nbproc = 1, nbthread = ${runtime.configuration.global.threads ?? runtime.host.state.cores})<br>
<b>uptime = </b> ${formatDuration(runtime.now - runtime.state.startedAt)}<br>
<b>maxconn = </b> ${runtime.state.maxconn}<br>
current conns = ${runtime.state.counters.current}<br>
${[...groups].map(([name, own]) => table(page.uri, name, own)).join('')}
</body></html>
`;
}
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const COLUMNS = [
  'qcur',
  'qmax',
  'qlimit',
  'rate',
  'rate_max',
  'scur',
  'smax',
  'slim',
  'stot',
  'bin',
  'bout',
  'dreq',
  'dresp',
  'ereq',
  'econ',
  'eresp',
  'wretr',
  'wredis',
] as const;
function table(uri: string, name: string, rows: readonly Row[]): string {
  return `<table class="tbl" width="100%">
<tr class="titre"><th class="pxname" width="10%"><a name="${escaped(name)}"></a><a class=px href="${uri}#${escaped(name)}">${escaped(name)}</a></th><th class="empty" width="90%"></th></tr>
</table>
<table class="tbl" width="100%">
<tr class="titre"><th rowspan=2></th><th colspan=3>Queue</th><th colspan=2>Session rate</th><th colspan=4>Sessions</th><th colspan=2>Bytes</th><th colspan=2>Denied</th><th colspan=3>Errors</th><th colspan=2>Warnings</th><th colspan=8>Server</th></tr>
<tr class="titre"><th>Cur</th><th>Max</th><th>Limit</th><th>Cur</th><th>Max</th><th>Cur</th><th>Max</th><th>Limit</th><th>Total</th><th>In</th><th>Out</th><th>Req</th><th>Resp</th><th>Req</th><th>Conn</th><th>Resp</th><th>Retr</th><th>Redis</th><th>Status</th><th>LastChk</th><th>Wght</th><th>Act</th><th>Bck</th><th>Chk</th><th>Dwn</th><th>Dwntme</th></tr>
${rows.map(tableRow).join('')}</table><p>
`;
}
function tableRow(row: Row): string {
  const cells = COLUMNS.map((column) => `<td>${row.get(column) ?? ''}</td>`).join('');
  const check =
    row.get('check_status') === undefined
      ? ''
      : `${row.get('check_status')}${row.get('check_code') === undefined ? '' : `/${row.get('check_code')}`} in ${row.get('check_duration') ?? 0}ms`;
  const status =
    row.get('type') === 0
      ? row.get('status')
      : `${age(Number(row.get('lastchg') ?? 0))} ${row.get('status')}`;
  const act = row.get('type') === 2 ? (row.get('act') === 1 ? 'Y' : '-') : (row.get('act') ?? '');
  const bck = row.get('type') === 2 ? (row.get('bck') === 1 ? 'Y' : '-') : (row.get('bck') ?? '');
  return `<tr class="${classOf(row)}"><td class=ac>${escaped(titleOf(row))}</td>${cells}<td class=ac>${status}</td><td class=ac>${check}</td><td class=ac>${row.get('weight') ?? ''}</td><td class=ac>${act}</td><td class=ac>${bck}</td><td class=ac>${row.get('chkfail') ?? ''}</td><td>${row.get('chkdown') ?? ''}</td><td>${row.get('downtime') === undefined ? '' : age(Number(row.get('downtime')))}</td></tr>
`;
}
function titleOf(row: Row): string {
  const type = row.get('type');
  return type === 0 ? 'Frontend' : type === 1 ? 'Backend' : String(row.get('svname'));
}
/** The colours of the legend. */
function classOf(row: Row): string {
  const type = row.get('type');
  if (type === 0) return 'frontend';
  if (type === 1) return 'backend';
  const status = String(row.get('status'));
  const kind = row.get('bck') === 1 ? 'backup' : 'active';
  if (status.startsWith('MAINT')) return 'maintain';
  if (status === 'no check') return `${kind}_no_check`;
  if (status.startsWith('DRAIN')) return `${kind}_draining`;
  if (status.startsWith('NOLB')) return `${kind}_nolb`;
  if (status.startsWith('UP')) return status === 'UP' ? `${kind}_up` : `${kind}_going_down`;
  return status === 'DOWN' ? `${kind}_down` : `${kind}_going_up`;
}
/** `2h15m`: two units at most. */
function age(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h${Math.floor((seconds % 3_600) / 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${Math.floor((seconds % 86_400) / 3_600)}h`;
}

/** URLs as curl takes them: http is meant when no scheme is given (RFC 3986 §3). */
export interface Url {
  scheme: string;
  host: string;
  port: number;
  explicitPort: boolean;
  path: string;
  user: string | undefined;
  fragment: string;
}

/** What else curl 7.88 speaks, and where; none of it is modelled beyond the connection. */
export const PORTS: Readonly<Record<string, number>> = {
  dict: 2628,
  ftp: 21,
  ftps: 990,
  gopher: 70,
  imap: 143,
  imaps: 993,
  ldap: 389,
  ldaps: 636,
  mqtt: 1883,
  pop3: 110,
  pop3s: 995,
  rtsp: 554,
  scp: 22,
  sftp: 22,
  smb: 445,
  smtp: 25,
  smtps: 465,
  telnet: 23,
};

export function parseUrl(text: string): Url | undefined {
  const match =
    /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):\/{1,3})?(?:([^@/?#]*)@)?(\[[0-9a-f:.%]+\]|[^:/?#]*)(?::(\d*))?([/?][^#]*)?(#.*)?$/i.exec(
      text.trim(),
    );
  // A port that is no number must not make a host of the scheme.
  if (match === null || (match[1] === undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim())))
    return undefined;
  const [, scheme = 'http', user, host = '', portText, rest = '', fragment = ''] = match;
  if (host.startsWith('[') && !host.includes(':')) return undefined;
  if (host === '' || /\s/.test(rest)) return undefined;
  const port =
    portText === undefined || portText === ''
      ? (PORTS[scheme.toLowerCase()] ?? (scheme.toLowerCase() === 'https' ? 443 : 80))
      : Number(portText);
  if (port > 65_535) return undefined;
  const path = rest === '' ? '/' : rest.startsWith('?') ? `/${rest}` : rest;
  return {
    scheme: scheme.toLowerCase(),
    host,
    port,
    explicitPort: portText !== undefined && portText !== '' && port !== (scheme === 'https' ? 443 : 80),
    path,
    user,
    fragment,
  };
}

export function urlText(url: Url): string {
  return `${url.scheme}://${url.host}${url.explicitPort ? `:${url.port}` : ''}${url.path}`;
}

/** Where a Location header leads (RFC 3986 §5.2, the cases that occur). */
export function followed(from: Url, location: string): Url | undefined {
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(location)) return parseUrl(location);
  if (location.startsWith('//')) return parseUrl(`${from.scheme}:${location}`);
  if (location.startsWith('/')) return { ...from, path: location };
  if (location.startsWith('?')) return { ...from, path: `${from.path.replace(/\?.*$/, '')}${location}` };
  return { ...from, path: `${from.path.replace(/\?.*$/, '').replace(/[^/]*$/, '')}${location}` };
}

/** `.` and `..` are worked out (RFC 3986 §5.2.4). */
export function withoutDots(path: string): string {
  const at = path.indexOf('?');
  const whole = at < 0 ? path : path.slice(0, at);
  if (!/(?:^|\/)\.\.?(?:\/|$)/.test(whole)) return path;
  const kept: string[] = [];
  const parts = whole.split('/').slice(1);
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1;
    if (part === '..') kept.pop();
    if (part !== '.' && part !== '..') kept.push(part);
    else if (isLast) kept.push('');
  }
  return `/${kept.join('/')}${at < 0 ? '' : path.slice(at)}`;
}

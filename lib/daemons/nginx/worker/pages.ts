/** The words of status lines and the pages that nginx makes itself. Source: nginx 1.22 src/http/ngx_http_header_filter_module.c, ngx_http_special_response.c. */

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Time-out',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
  507: 'Insufficient Storage',
};
export function reasonOf(status: number): string {
  return REASONS[status] ?? '';
}
/** Titles of pages where they differ from the status line. */
const TITLES: Readonly<Record<number, string>> = { 302: 'Found', 401: 'Authorization Required' };
/** Statuses of nginx's own that clients see as 400. */
const BAD_REQUESTS: Readonly<Record<number, string>> = {
  494: 'Request Header Or Cookie Too Large',
  495: 'The SSL certificate error',
  496: 'No required SSL certificate was sent',
  497: 'The plain HTTP request was sent to HTTPS port',
};
/** Statuses without a page. */
const PAGELESS = new Set([200, 201, 202, 204, 206, 304]);

export function pageOf(status: number, { tokens }: { tokens: boolean }): string {
  const tail = `<hr><center>${tokens ? 'nginx/1.22.1' : 'nginx'}</center>\r\n</body>\r\n</html>\r\n`;
  const why = BAD_REQUESTS[status];
  if (why !== undefined) return page(`400 ${why}`, '400 Bad Request', why) + tail;
  const reason = TITLES[status] ?? REASONS[status];
  if (reason === undefined || PAGELESS.has(status)) return '';
  return page(`${status} ${reason}`, `${status} ${reason}`, undefined) + tail;
}
function page(title: string, heading: string, text: string | undefined): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${heading}</h1></center>\r\n${text === undefined ? '' : `<center>${text}</center>\r\n`}`;
}

/** The names of curl's options. */
/** Long name → letter of the same meaning; `=`: takes a value (curl(1)). */
export const LONG: Readonly<Record<string, string>> = {
  silent: 's',
  'show-error': 'S',
  verbose: 'v',
  include: 'i',
  head: 'I',
  fail: 'f',
  location: 'L',
  insecure: 'k',
  'output=': 'o',
  'remote-name': 'O',
  'header=': 'H',
  'user-agent=': 'A',
  'referer=': 'e',
  'request=': 'X',
  'data=': 'd',
  'data-ascii=': 'd',
  get: 'G',
  'cookie=': 'b',
  'cookie-jar=': 'c',
  'max-time=': 'm',
  'write-out=': 'w',
  'user=': 'u',
  'http1.0': '0',
  'http1.1': 'http1.1',
  ipv4: '4',
  ipv6: '6',
  'no-buffer': 'N',
  globoff: 'g',
  'connect-timeout=': 'connect-timeout',
  'resolve=': 'resolve',
  'connect-to=': 'connect-to',
  'data-binary=': 'data-binary',
  'data-raw=': 'data-raw',
  'interface=': 'interface',
  'max-redirs=': 'max-redirs',
  'retry=': 'retry',
  'fail-with-body': 'fail-with-body',
  'no-progress-meter': 'no-progress-meter',
  'path-as-is': 'path-as-is',
  'url=': 'url',
  'cacert=': 'cacert',
  'capath=': 'capath',
  'cert=': 'E',
  'key=': 'key',
  'pass=': 'pass',
  'ciphers=': 'ciphers',
  'tls13-ciphers=': 'tls13-ciphers',
  'tls-max=': 'tls-max',
  tlsv1: '1',
  'tlsv1.0': 'tlsv1.0',
  'tlsv1.1': 'tlsv1.1',
  'tlsv1.2': 'tlsv1.2',
  'tlsv1.3': 'tlsv1.3',
  http2: 'http2',
  'no-alpn': 'no-alpn',
  'noproxy=': 'noproxy',
  'retry-delay=': 'retry-delay',
  'retry-connrefused': 'retry-connrefused',
  'retry-all-errors': 'retry-all-errors',
  'dump-header=': 'D',
  'upload-file=': 'T',
  'continue-at=': 'C',
  'range=': 'r',
  disable: 'q',
  compressed: 'compressed',
  'haproxy-protocol': 'haproxy-protocol',
  'no-keepalive': 'ignored',
  'progress-bar': '#',
  'tcp-nodelay': 'ignored',
  'no-sessionid': 'ignored',
  version: 'V',
  help: 'h',
  'junk-session-cookies': 'j',
  'location-trusted': 'L',
  'request-target=': 'request-target',
  'json=': 'json',
  'data-urlencode=': 'data-urlencode',
  'create-dirs': 'create-dirs',
  'output-dir=': 'output-dir',
  'keepalive-time=': 'ignored=',
  'local-port=': 'local-port',
  'http0.9': 'ignored',
  'no-location': 'ignored',
  raw: 'ignored',
  'form=': 'F',
  'form-string=': 'form-string',
  'config=': 'K',
  'proxy=': 'x',
  'proxy-user=': 'U',
  'unix-socket=': 'unix-socket',
  'time-cond=': 'z',
  'oauth2-bearer=': 'oauth2-bearer',
  'max-filesize=': 'max-filesize',
  'proto=': 'proto',
  'proto-redir=': 'proto-redir',
  'speed-limit=': 'Y',
  'speed-time=': 'y',
  'limit-rate=': 'limit-rate',
  'remote-time': 'R',
  'remote-header-name': 'J',
  'remote-name-all': 'remote-name-all',
  'no-clobber': 'no-clobber',
  'remove-on-error': 'remove-on-error',
  post301: 'post301',
  post302: 'post302',
  post303: 'post303',
  basic: 'ignored',
};
/** Letters that take a value. */
export const VALUES = 'oHAeXdbcmwuTFExyYzrtQPKDCU';
/** The other long names of curl 7.88: refused by name, not as unknown. */
export const NOT_MODELLED: ReadonlySet<string> = new Set(
  (
    'abstract-unix-socket alt-svc anyauth append aws-sigv4 cert-status cert-type compressed-ssh ' +
    'create-file-mode crlf crlfile curves delegation digest disable-eprt disable-epsv ' +
    'disallow-username-in-url dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-cert-status ' +
    'doh-insecure doh-url egd-file engine etag-compare etag-save expect100-timeout fail-early ' +
    'false-start form-escape ftp-account ftp-alternative-to-user ftp-create-dirs ftp-method ftp-pasv ' +
    'ftp-port ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-ccc-mode ftp-ssl-control ' +
    'happy-eyeballs-timeout-ms hostpubmd5 hostpubsha256 hsts http2-prior-knowledge http3 http3-only ' +
    'ignore-content-length key-type krb libcurl list-only login-options mail-auth mail-from ' +
    'mail-rcpt mail-rcpt-allowfails manual metalink negotiate netrc netrc-file netrc-optional next ' +
    'no-npn ntlm ntlm-wb parallel parallel-immediate parallel-max pinnedpubkey preproxy ' +
    'proto-default proxy-anyauth proxy-basic proxy-cacert proxy-capath proxy-cert proxy-cert-type ' +
    'proxy-ciphers proxy-crlfile proxy-digest proxy-header proxy-insecure proxy-key proxy-key-type ' +
    'proxy-negotiate proxy-ntlm proxy-pass proxy-pinnedpubkey proxy-service-name ' +
    'proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tls13-ciphers proxy-tlsauthtype ' +
    'proxy-tlspassword proxy-tlsuser proxy-tlsv1 proxy1.0 proxytunnel pubkey quote random-file rate ' +
    'retry-max-time sasl-authzid sasl-ir service-name socks4 socks4a socks5 socks5-basic ' +
    'socks5-gssapi socks5-gssapi-nec socks5-gssapi-service socks5-hostname ssl ssl-allow-beast ' +
    'ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2 sslv3 stderr ' +
    'styled-output suppress-connect-headers tcp-fastopen telnet-option tftp-blksize tftp-no-options ' +
    'tlsauthtype tlspassword tlsuser tr-encoding trace trace-ascii trace-time url-query use-ascii ' +
    'xattr'
  ).split(' '),
);

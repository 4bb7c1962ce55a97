/** Large files: sound ones, and ones that are made to hurt. */

/** What a sound file of a language consists of, again and again, with a number of its own. */
const PARTS: Readonly<Record<string, (n: number) => string>> = {
  haproxy: (n) =>
    `backend b${n}\n\tmode http\n\tbalance roundrobin\n\ttimeout connect 1s\n\ttimeout server 5s\n\toption httpchk GET /health\n\tacl is_api path_beg /api${n}\n\thttp-request deny if is_api\n\tserver s1 10.0.2.21:8080 check inter 1s fall 2 rise 2\n\tserver s2 10.0.2.22:8080 check backup\n\n`,
  keepalived: (n) =>
    `vrrp_script chk${n} {\n    script "/usr/bin/true"\n    interval 2\n    weight -20\n}\nvrrp_instance VI_${n} {\n    state BACKUP\n    interface eth0\n    virtual_router_id ${(n % 255) + 1}\n    priority 100\n    advert_int 1\n    virtual_ipaddress {\n        10.0.1.${(n % 250) + 1}/24\n    }\n    track_script {\n        chk${n}\n    }\n}\n\n`,
  nftables: (n) =>
    `table inet t${n} {\n\tset allowed {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { 10.0.0.0/8, 192.0.2.${n % 256} }\n\t}\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t\tct state established,related accept\n\t\tip saddr @allowed tcp dport { 22, 80, 443 } counter accept\n\t\tiifname "eth0" ip daddr 10.0.1.${n % 256} tcp dport ${(n % 60_000) + 1} accept\n\t}\n}\n`,
  nginx: (n) =>
    `server {\n    listen 80;\n    server_name s${n}.example;\n    location / {\n        proxy_pass http://10.0.2.21:8080;\n        proxy_set_header Host $host;\n    }\n    location /api${n} {\n        return 404;\n    }\n}\n`,
  systemd: (n) =>
    `[Unit]\nDescription=Number ${n}\nAfter=network.target u${n}.service\n[Service]\nExecStart=/bin/sleep ${n}\nEnvironment=A${n}=b "C${n}=d e"\nRestart=on-failure\nRestartSec=5s\n`,
  environment: (n) => `# ${n}\nNAME_${n}="a value with $dollar and \\"quotes\\""\nOTHER_${n}=plain\n`,
  crontab: (n) => `${n % 60} */2 * * mon-fri root /usr/bin/true ${n}\nNAME${n} = "value"\n`,
  sudoers: (n) =>
    `User_Alias U${n} = alice${n}, bob${n}\nU${n} ALL=(ALL:ALL) NOPASSWD: /usr/bin/systemctl restart s${n}, /usr/bin/journalctl\nDefaults:alice${n} !requiretty\n`,
  sshd: (n) =>
    `AcceptEnv LANG LC_${n}\nAllowUsers user${n} admin${n}@10.0.0.*\nListenAddress 10.0.1.${n % 256}\n`,
  interfaces: (n) =>
    `auto eth${n}\niface eth${n} inet static\n\taddress 10.0.1.${n % 256}/24\n\tup ip route add 10.${n % 256}.0.0/16 via 10.0.1.1\n\n`,
  dnsmasq: (n) =>
    `address=/h${n}.example/10.0.${n % 256}.1\nserver=/d${n}.example/10.0.1.53\ncname=c${n}.example,h${n}.example\n`,
  shop: (n) => `# number ${n}\nname = shop${n}\nport = 8080\ndelay = 5ms\n`,
  loadgen: (n) => `# number ${n}\nname = n${n}\nurl = http://shop.example/${n}\nrate = 40\n`,
  accounts: (n) => `user${n}:x:${1000 + n}:${1000 + n}:User ${n},,,:/home/user${n}:/bin/bash\n`,
};
/** Files that hold everything in one block. */
const WITHIN: Readonly<Record<string, readonly [string, string]>> = {
  haproxy: ['defaults\n\ttimeout client 5s\n\nfrontend f\n\tmode http\n\tbind :80\n\n', ''],
  nginx: ['events {}\nhttp {\n', '}\n'],
};

export function large(language: string, bytes: number): string {
  const part = PARTS[language];
  if (part === undefined) throw new Error(`no large file of ${language}`);
  const [before, after] = WITHIN[language] ?? ['', ''];
  const parts = [before];
  for (let n = 0, length = 0; length < bytes; n++) {
    const text = part(n);
    parts.push(text);
    length += text.length;
  }
  return parts.join('') + after;
}

const SIZE = 100_000;
/** 5 MB when there is time: what takes twice as long for twice as much shows at 1 MB too. */
const VERY_LARGE = process.env['FAULTLINE_MUTANTS'] === undefined ? 1_000_000 : 5_000_000;
/** The reader's own words, without its line ends. */
function inOneLine(language: string): string {
  return large(language, SIZE).replaceAll('\n', ' ');
}
function someText(language: string): string {
  return large(language, 500);
}
/** So many lines that say something. */
const SOME = 12;
function someLines(language: string): string {
  const lines = large(language, 5_000)
    .split('\n')
    .filter((line) => /^\s*[^\s#]/.test(line));
  return `${lines.slice(0, SOME).join('\n')}\n`;
}
function repeated(text: string, bytes = SIZE): string {
  return text.repeat(Math.ceil(bytes / text.length));
}
/** Bytes as a program's file has them, the same each time. */
function binary(bytes: number): string {
  let state = 1;
  const codes = Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  const parts: string[] = [];
  for (let at = 0; at < codes.length; at += 8_192)
    parts.push(String.fromCharCode(...codes.slice(at, at + 8_192)));
  return parts.join('');
}

export const PATHOLOGICAL: Readonly<Record<string, (language: string) => string>> = {
  'nothing at all': () => '',
  'one line of 100 kB': inOneLine,
  'one word of 100 kB': () => 'x'.repeat(SIZE),
  'blanks only': () => ' '.repeat(SIZE),
  'blanks inside a line': () => `a b${' '.repeat(SIZE)}c`,
  'blanks inside each line': (language) =>
    someLines(language).replaceAll(/ *\n/g, `${' '.repeat(SIZE / SOME)}x\n`),
  'blanks behind the first words': (language) =>
    someLines(language).replaceAll(/^\S+ /gm, (word) => word.padEnd(SIZE / SOME)),
  'words that go on and on': (language) =>
    someLines(language).replaceAll('\n', `${'a'.repeat(SIZE / SOME)}\n`),
  'lists that go on and on': (language) =>
    someLines(language).replaceAll('\n', `${',a'.repeat(SIZE / SOME / 2)}\n`),
  'line ends only': () => '\n'.repeat(SIZE),
  'lines that go on and on': () => repeated('word \\\n'),
  'backslashes only': () => '\\'.repeat(SIZE),
  'opening braces': () => repeated('{ '),
  'nested blocks': () => repeated('a {\n'),
  'nested and closed': () => `${repeated('a { ', SIZE / 2)}${repeated('} ', SIZE / 2)}`,
  'opening parentheses': () => repeated('a ( '),
  'quotes of one kind': () => '"'.repeat(SIZE),
  'quotes of the other kind': () => repeated("' "),
  'a quote that never ends': (language) => `"${large(language, SIZE)}`,
  'comments only': () => repeated('# a comment\n'),
  commas: () => repeated('a, '),
  dollars: () => repeated('${a}$b '),
  'equals signs': () => repeated('a=b=c '),
  'NULs only': () => '\0'.repeat(SIZE),
  'a NUL in the middle': (language) => someText(language).replace(/(?<=^[^]{20})/, '\0'),
  'lines that end as on Windows': (language) => large(language, SIZE).replaceAll('\n', '\r\n'),
  'carriage returns only': (language) => someText(language).replaceAll('\n', '\r'),
  'a byte order mark': (language) => `\ufeff${someText(language)}`,
  noise: () => binary(SIZE),
  'a file of many megabytes': (language) => large(language, VERY_LARGE),
  'many megabytes of noise': () => binary(VERY_LARGE),
};

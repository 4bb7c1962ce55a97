/**
 * Keywords of sshd_config(5): what `sshd -T` says when nothing is set, in its order, and what a value may be.
 * Recorded with OpenSSH 9.2p1-2+deb12u10: each word of its program and its manual was tried, alone and in a Match block.
 */

/** What a value may be: yes or no, a whole number, a time, one of some words; else it is taken as it stands. */
export type Kind = 'flag' | 'integer' | 'time' | readonly string[];

export const DEFAULTS: Readonly<Record<string, string>> = {
  addressfamily: 'any',
  usepam: 'no',
  logingracetime: '120',
  x11displayoffset: '10',
  maxauthtries: '6',
  maxsessions: '10',
  clientaliveinterval: '0',
  clientalivecountmax: '3',
  requiredrsasize: '1024',
  streamlocalbindmask: '0177',
  unusedconnectiontimeout: 'none',
  permitrootlogin: 'without-password',
  ignorerhosts: 'yes',
  ignoreuserknownhosts: 'no',
  hostbasedauthentication: 'no',
  hostbasedusesnamefrompacketonly: 'no',
  pubkeyauthentication: 'yes',
  kerberosauthentication: 'no',
  kerberosorlocalpasswd: 'yes',
  kerberosticketcleanup: 'yes',
  gssapiauthentication: 'no',
  gssapicleanupcredentials: 'yes',
  gssapikeyexchange: 'no',
  gssapistrictacceptorcheck: 'yes',
  gssapistorecredentialsonrekey: 'no',
  gssapikexalgorithms:
    'gss-group14-sha256-,gss-group16-sha512-,gss-nistp256-sha256-,gss-curve25519-sha256-,gss-group14-sha1-,gss-gex-sha1-',
  passwordauthentication: 'yes',
  kbdinteractiveauthentication: 'yes',
  printmotd: 'yes',
  printlastlog: 'yes',
  x11forwarding: 'no',
  x11uselocalhost: 'yes',
  permittty: 'yes',
  permituserrc: 'yes',
  strictmodes: 'yes',
  tcpkeepalive: 'yes',
  permitemptypasswords: 'no',
  compression: 'yes',
  gatewayports: 'no',
  usedns: 'no',
  allowtcpforwarding: 'yes',
  allowagentforwarding: 'yes',
  disableforwarding: 'no',
  allowstreamlocalforwarding: 'yes',
  streamlocalbindunlink: 'no',
  fingerprinthash: 'SHA256',
  exposeauthinfo: 'no',
  pidfile: '/run/sshd.pid',
  modulifile: '/etc/ssh/moduli',
  xauthlocation: '/usr/bin/xauth',
  ciphers:
    'chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com',
  macs: 'umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1',
  banner: 'none',
  forcecommand: 'none',
  chrootdirectory: 'none',
  trustedusercakeys: 'none',
  revokedkeys: 'none',
  securitykeyprovider: 'internal',
  authorizedprincipalsfile: 'none',
  versionaddendum: 'none',
  authorizedkeyscommand: 'none',
  authorizedkeyscommanduser: 'none',
  authorizedprincipalscommand: 'none',
  authorizedprincipalscommanduser: 'none',
  hostkeyagent: 'none',
  kexalgorithms:
    'sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256',
  casignaturealgorithms:
    'ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256',
  hostbasedacceptedalgorithms:
    'ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256',
  hostkeyalgorithms:
    'ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256',
  pubkeyacceptedalgorithms:
    'ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256',
  loglevel: 'INFO',
  syslogfacility: 'AUTH',
  authorizedkeysfile: '.ssh/authorized_keys .ssh/authorized_keys2',
  authenticationmethods: 'any',
  maxstartups: '10:30:100',
  persourcemaxstartups: 'none',
  persourcenetblocksize: '32:128',
  permittunnel: 'no',
  ipqos: 'lowdelay throughput',
  rekeylimit: '0 0',
  permitopen: 'any',
  permitlisten: 'any',
  permituserenvironment: 'no',
  pubkeyauthoptions: 'none',
};

const FLAGS =
  'allowagentforwarding allowstreamlocalforwarding challengeresponseauthentication disableforwarding exposeauthinfo gssapiauthentication gssapicleanupcredentials gssapikeyexchange gssapistorecredentialsonrekey gssapistrictacceptorcheck hostbasedauthentication hostbasedusesnamefrompacketonly ignoreuserknownhosts kbdinteractiveauthentication kerberosauthentication kerberosorlocalpasswd kerberosticketcleanup passwordauthentication permitemptypasswords permittty permituserrc printlastlog printmotd pubkeyauthentication skeyauthentication streamlocalbindunlink strictmodes tcpkeepalive usedns usepam x11forwarding x11uselocalhost';
const INTEGERS = 'clientalivecountmax maxauthtries maxsessions requiredrsasize x11displayoffset';
const TIMES = 'clientaliveinterval logingracetime';

export const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...FLAGS.split(' ').map((name): [string, Kind] => [name, 'flag']),
  ...INTEGERS.split(' ').map((name): [string, Kind] => [name, 'integer']),
  ...TIMES.split(' ').map((name): [string, Kind] => [name, 'time']),
  ['addressfamily', ['any', 'inet', 'inet6']],
  ['allowtcpforwarding', ['yes', 'no', 'all', 'local', 'remote']],
  ['compression', ['yes', 'no', 'delayed']],
  ['gatewayports', ['yes', 'no', 'clientspecified']],
  ['ignorerhosts', ['yes', 'no', 'shosts-only']],
  ['permitrootlogin', ['yes', 'no', 'prohibit-password', 'without-password', 'forced-commands-only']],
]);

/** Keywords that take more than one word. */
export const TAKES_MANY: ReadonlySet<string> = new Set(
  'acceptenv allowgroups allowusers authenticationmethods authorizedkeyscommand authorizedkeysfile authorizedprincipalscommand authorizedprincipalsfile channeltimeout denygroups denyusers forcecommand include ipqos listenaddress logverbose match permitlisten permitopen pubkeyauthoptions rekeylimit setenv subsystem versionaddendum'.split(
    ' ',
  ),
);

/** Those without a meaning here change nothing that can be seen. */
export const KNOWN: ReadonlySet<string> = new Set(
  'acceptenv addressfamily afstokenpassing allowagentforwarding allowgroups allowstreamlocalforwarding allowtcpforwarding allowusers authenticationmethods authorizedkeyscommand authorizedkeyscommanduser authorizedkeysfile authorizedprincipalscommand authorizedprincipalscommanduser authorizedprincipalsfile banner casignaturealgorithms challengeresponseauthentication channeltimeout chrootdirectory ciphers clientalivecountmax clientaliveinterval compression debianbanner denygroups denyusers disableforwarding dsaauthentication exposeauthinfo fingerprinthash forcecommand gatewayports gssapiauthentication gssapicleanupcredentials gssapicleanupcreds gssapikexalgorithms gssapikeyexchange gssapistorecredentialsonrekey gssapistrictacceptorcheck gssapiusesessioncredcache gssusesessionccache hostbasedacceptedalgorithms hostbasedacceptedkeytypes hostbasedauthentication hostbasedusesnamefrompacketonly hostcertificate hostdsakey hostkey hostkeyagent hostkeyalgorithms ignorerhosts ignoreuserknownhosts include ipqos kbdinteractiveauthentication keepalive kerberosauthentication kerberosgetafstoken kerberosorlocalpasswd kerberostgtpassing kerberosticketcleanup kexalgorithms listenaddress logingracetime loglevel logverbose macs match maxauthtries maxsessions maxstartups modulifile passwordauthentication permitemptypasswords permitlisten permitopen permitrootlogin permittty permittunnel permituserenvironment permituserrc persourcemaxstartups persourcenetblocksize pidfile port printlastlog printmotd protocol pubkeyacceptedalgorithms pubkeyacceptedkeytypes pubkeyauthentication pubkeyauthoptions rdomain rekeylimit requiredrsasize revokedkeys securitykeyprovider setenv skeyauthentication streamlocalbindmask streamlocalbindunlink strictmodes subsystem syslogfacility tcpkeepalive trustedusercakeys unusedconnectiontimeout usedns usepam versionaddendum x11displayoffset x11forwarding x11uselocalhost xauthlocation'.split(
    ' ',
  ),
);
/** Those of them that may stand in a Match block. */
export const IN_MATCH: ReadonlySet<string> = new Set(
  'acceptenv allowagentforwarding allowgroups allowstreamlocalforwarding allowtcpforwarding allowusers authenticationmethods authorizedkeyscommand authorizedkeyscommanduser authorizedkeysfile authorizedprincipalscommand authorizedprincipalscommanduser authorizedprincipalsfile banner casignaturealgorithms challengeresponseauthentication channeltimeout chrootdirectory clientalivecountmax clientaliveinterval denygroups denyusers disableforwarding exposeauthinfo forcecommand gatewayports gssapiauthentication hostbasedacceptedalgorithms hostbasedacceptedkeytypes hostbasedauthentication hostbasedusesnamefrompacketonly ignorerhosts include ipqos kbdinteractiveauthentication kerberosauthentication loglevel logverbose maxauthtries maxsessions passwordauthentication permitemptypasswords permitlisten permitopen permitrootlogin permittty permittunnel permituserrc pubkeyacceptedalgorithms pubkeyacceptedkeytypes pubkeyauthentication pubkeyauthoptions rdomain rekeylimit requiredrsasize revokedkeys setenv skeyauthentication streamlocalbindmask streamlocalbindunlink trustedusercakeys unusedconnectiontimeout x11displayoffset x11forwarding x11uselocalhost'.split(
    ' ',
  ),
);
/** They meant something once: sshd says so and goes on. */
export const DEPRECATED: ReadonlySet<string> = new Set(
  'authorizedkeysfile2 checkmail keyregenerationinterval pamauthenticationviakbdint permitblacklistedkeys reversemappingcheck rhostsauthentication rhostsrsaauthentication rsaauthentication serverkeybits uselogin useprivilegeseparation verifyreversemapping'.split(
    ' ',
  ),
);

export const LOG_LEVELS: ReadonlySet<string> = new Set(
  'quiet fatal error info verbose debug debug1 debug2 debug3'.split(' '),
);
export const LOG_FACILITIES: ReadonlySet<string> = new Set(
  'daemon user auth authpriv local0 local1 local2 local3 local4 local5 local6 local7'.split(' '),
);

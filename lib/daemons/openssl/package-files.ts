/**
 * What the packages openssl 3.0.19 and ca-certificates bring besides programs. The configuration has Debian's settings
 * without its comments and without the sections for what is not modelled (time stamps, CMP). Of Mozilla's authorities
 * there are two, Let's Encrypt's: nobody in a simulated network is certified by any of them.
 */
import type { FileSpec } from '../../world/files.contract';

const OPENSSL_CNF = `#
# OpenSSL configuration file: Debian's settings.
# See config(5), req(1ssl), ca(1ssl), x509v3_config(5).
#

HOME\t\t\t= .

[ ca ]
default_ca\t= CA_default\t\t# The default ca section

[ CA_default ]
dir\t\t= ./demoCA\t\t# Where everything is kept
certs\t\t= $dir/certs
crl_dir\t\t= $dir/crl
database\t= $dir/index.txt
new_certs_dir\t= $dir/newcerts
certificate\t= $dir/cacert.pem
serial\t\t= $dir/serial
crlnumber\t= $dir/crlnumber
crl\t\t= $dir/crl.pem
private_key\t= $dir/private/cakey.pem
x509_extensions\t= usr_cert
name_opt \t= ca_default
cert_opt \t= ca_default
default_days\t= 365
default_crl_days= 30
default_md\t= default
preserve\t= no
policy\t\t= policy_match

[ policy_match ]
countryName\t\t= match
stateOrProvinceName\t= match
organizationName\t= match
organizationalUnitName\t= optional
commonName\t\t= supplied
emailAddress\t\t= optional

[ policy_anything ]
countryName\t\t= optional
stateOrProvinceName\t= optional
localityName\t\t= optional
organizationName\t= optional
organizationalUnitName\t= optional
commonName\t\t= supplied
emailAddress\t\t= optional

[ req ]
default_bits\t\t= 2048
default_keyfile \t= privkey.pem
distinguished_name\t= req_distinguished_name
attributes\t\t= req_attributes
x509_extensions\t= v3_ca
string_mask = utf8only

[ req_distinguished_name ]
countryName\t\t\t= Country Name (2 letter code)
countryName_default\t\t= AU
countryName_min\t\t\t= 2
countryName_max\t\t\t= 2
stateOrProvinceName\t\t= State or Province Name (full name)
stateOrProvinceName_default\t= Some-State
localityName\t\t\t= Locality Name (eg, city)
0.organizationName\t\t= Organization Name (eg, company)
0.organizationName_default\t= Internet Widgits Pty Ltd
organizationalUnitName\t\t= Organizational Unit Name (eg, section)
commonName\t\t\t= Common Name (e.g. server FQDN or YOUR name)
commonName_max\t\t\t= 64
emailAddress\t\t\t= Email Address
emailAddress_max\t\t= 64

[ req_attributes ]
challengePassword\t\t= A challenge password
challengePassword_min\t\t= 4
challengePassword_max\t\t= 20
unstructuredName\t\t= An optional company name

[ usr_cert ]
basicConstraints=CA:FALSE
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid,issuer

[ v3_req ]
basicConstraints = CA:FALSE
keyUsage = nonRepudiation, digitalSignature, keyEncipherment

[ v3_ca ]
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid:always,issuer
basicConstraints = critical,CA:true

[ crl_ext ]
authorityKeyIdentifier=keyid:always
`;

const LIST = `# This file lists certificates that you wish to use or to ignore to be
# installed in /etc/ssl/certs.
# update-ca-certificates(8) will update /etc/ssl/certs by reading this file.
#
# line begins with # is comment.
# line begins with ! is certificate filename to be deselected.
#
mozilla/ISRG_Root_X1.crt
mozilla/ISRG_Root_X2.crt
`;

/** Valid until June 2035. */
const ISRG_ROOT_X1 = `-----BEGIN CERTIFICATE-----
MIIFazCCA1OgAwIBAgIRAIIQz7DSQONZRGPgu2OCiwAwDQYJKoZIhvcNAQELBQAw
TzELMAkGA1UEBhMCVVMxKTAnBgNVBAoTIEludGVybmV0IFNlY3VyaXR5IFJlc2Vh
cmNoIEdyb3VwMRUwEwYDVQQDEwxJU1JHIFJvb3QgWDEwHhcNMTUwNjA0MTEwNDM4
WhcNMzUwNjA0MTEwNDM4WjBPMQswCQYDVQQGEwJVUzEpMCcGA1UEChMgSW50ZXJu
ZXQgU2VjdXJpdHkgUmVzZWFyY2ggR3JvdXAxFTATBgNVBAMTDElTUkcgUm9vdCBY
MTCCAiIwDQYJKoZIhvcNAQEBBQADggIPADCCAgoCggIBAK3oJHP0FDfzm54rVygc
h77ct984kIxuPOZXoHj3dcKi/vVqbvYATyjb3miGbESTtrFj/RQSa78f0uoxmyF+
0TM8ukj13Xnfs7j/EvEhmkvBioZxaUpmZmyPfjxwv60pIgbz5MDmgK7iS4+3mX6U
A5/TR5d8mUgjU+g4rk8Kb4Mu0UlXjIB0ttov0DiNewNwIRt18jA8+o+u3dpjq+sW
T8KOEUt+zwvo/7V3LvSye0rgTBIlDHCNAymg4VMk7BPZ7hm/ELNKjD+Jo2FR3qyH
B5T0Y3HsLuJvW5iB4YlcNHlsdu87kGJ55tukmi8mxdAQ4Q7e2RCOFvu396j3x+UC
B5iPNgiV5+I3lg02dZ77DnKxHZu8A/lJBdiB3QW0KtZB6awBdpUKD9jf1b0SHzUv
KBds0pjBqAlkd25HN7rOrFleaJ1/ctaJxQZBKT5ZPt0m9STJEadao0xAH0ahmbWn
OlFuhjuefXKnEgV4We0+UXgVCwOPjdAvBbI+e0ocS3MFEvzG6uBQE3xDk3SzynTn
jh8BCNAw1FtxNrQHusEwMFxIt4I7mKZ9YIqioymCzLq9gwQbooMDQaHWBfEbwrbw
qHyGO0aoSCqI3Haadr8faqU9GY/rOPNk3sgrDQoo//fb4hVC1CLQJ13hef4Y53CI
rU7m2Ys6xt0nUW7/vGT1M0NPAgMBAAGjQjBAMA4GA1UdDwEB/wQEAwIBBjAPBgNV
HRMBAf8EBTADAQH/MB0GA1UdDgQWBBR5tFnme7bl5AFzgAiIyBpY9umbbjANBgkq
hkiG9w0BAQsFAAOCAgEAVR9YqbyyqFDQDLHYGmkgJykIrGF1XIpu+ILlaS/V9lZL
ubhzEFnTIZd+50xx+7LSYK05qAvqFyFWhfFQDlnrzuBZ6brJFe+GnY+EgPbk6ZGQ
3BebYhtF8GaV0nxvwuo77x/Py9auJ/GpsMiu/X1+mvoiBOv/2X/qkSsisRcOj/KK
NFtY2PwByVS5uCbMiogziUwthDyC3+6WVwW6LLv3xLfHTjuCvjHIInNzktHCgKQ5
ORAzI4JMPJ+GslWYHb4phowim57iaztXOoJwTdwJx4nLCgdNbOhdjsnvzqvHu7Ur
TkXWStAmzOVyyghqpZXjFaH3pO3JLF+l+/+sKAIuvtd7u+Nxe5AW0wdeRlN8NwdC
jNPElpzVmbUq4JUagEiuTDkHzsxHpFKVK7q4+63SM1N95R1NbdWhscdCb+ZAJzVc
oyi3B43njTOQ5yOf+1CceWxG1bQVs5ZufpsMljq4Ui0/1lvh+wjChP4kqKOJ2qxq
4RgqsahDYVvTH9w7jXbyLeiNdd8XM2w9U/t7y0Ff/9yi0GE44Za4rF2LN9d11TPA
mRGunUHBcnWEvgJBQl9nJEiU0Zsnvgc/ubhPgXRR4Xq37Z0j4r7g1SgEEzwxA57d
emyPxgcYxn/eR44/KJ4EBs+lVDR3veyJm+kXQ99b21/+jh5Xos1AnX5iItreGCc=
-----END CERTIFICATE-----
`;
/** Valid until September 2040. */
const ISRG_ROOT_X2 = `-----BEGIN CERTIFICATE-----
MIICGzCCAaGgAwIBAgIQQdKd0XLq7qeAwSxs6S+HUjAKBggqhkjOPQQDAzBPMQsw
CQYDVQQGEwJVUzEpMCcGA1UEChMgSW50ZXJuZXQgU2VjdXJpdHkgUmVzZWFyY2gg
R3JvdXAxFTATBgNVBAMTDElTUkcgUm9vdCBYMjAeFw0yMDA5MDQwMDAwMDBaFw00
MDA5MTcxNjAwMDBaME8xCzAJBgNVBAYTAlVTMSkwJwYDVQQKEyBJbnRlcm5ldCBT
ZWN1cml0eSBSZXNlYXJjaCBHcm91cDEVMBMGA1UEAxMMSVNSRyBSb290IFgyMHYw
EAYHKoZIzj0CAQYFK4EEACIDYgAEzZvVn4CDCuwJSvMWSj5cz3es3mcFDR0HttwW
+1qLFNvicWDEukWVEYmO6gbf9yoWHKS5xcUy4APgHoIYOIvXRdgKam7mAHf7AlF9
ItgKbppbd9/w+kHsOdx1ymgHDB/qo0IwQDAOBgNVHQ8BAf8EBAMCAQYwDwYDVR0T
AQH/BAUwAwEB/zAdBgNVHQ4EFgQUfEKWrt5LSDv6kviejM9ti6lyN5UwCgYIKoZI
zj0EAwMDaAAwZQIwe3lORlCEwkSHRhtFcP9Ymd70/aTSVaYgLXTWNLxBo1BfASdW
tL4ndQavEi51mI38AjEAi/V3bNTIZargCyzuFJ0nN6T5U6VR5CmD1/iQMVtCnwr1
/q4AaOeMSQ+2b1tbFfLn
-----END CERTIFICATE-----
`;

export const OPENSSL_FILES: Readonly<Record<string, FileSpec>> = {
  '/etc/ssl/openssl.cnf': { text: OPENSSL_CNF },
  '/etc/ssl/certs': { directory: true },
  '/etc/ssl/private': { directory: true, mode: 0o700 },
  '/usr/lib/ssl/openssl.cnf': { link: '/etc/ssl/openssl.cnf' },
  '/usr/lib/ssl/certs': { link: '/etc/ssl/certs' },
  '/usr/lib/ssl/private': { link: '/etc/ssl/private' },
  '/usr/lib/ssl/cert.pem': { link: '/etc/ssl/certs/ca-certificates.crt' },
};

const PACKAGED = '/usr/share/ca-certificates/mozilla';
export const CA_CERTIFICATES_FILES: Readonly<Record<string, FileSpec>> = {
  '/etc/ca-certificates.conf': { text: LIST },
  '/etc/ca-certificates/update.d': { directory: true },
  '/usr/local/share/ca-certificates': { directory: true },
  [`${PACKAGED}/ISRG_Root_X1.crt`]: { text: ISRG_ROOT_X1 },
  [`${PACKAGED}/ISRG_Root_X2.crt`]: { text: ISRG_ROOT_X2 },
  '/etc/ssl/certs/ISRG_Root_X1.pem': { link: `${PACKAGED}/ISRG_Root_X1.crt` },
  '/etc/ssl/certs/ISRG_Root_X2.pem': { link: `${PACKAGED}/ISRG_Root_X2.crt` },
  '/etc/ssl/certs/4042bcee.0': { link: 'ISRG_Root_X1.pem' },
  '/etc/ssl/certs/0b9bc432.0': { link: 'ISRG_Root_X2.pem' },
  '/etc/ssl/certs/ca-certificates.crt': { text: ISRG_ROOT_X1 + ISRG_ROOT_X2 },
};

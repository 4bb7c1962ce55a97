/**
 * The sample fetch methods, converters and ACL keywords of HAProxy 2.6.12, as
 * `haproxy -dKsmp,cnv,acl` prints them (Debian 12's build), one a line:
 *
 *   fetch:      name(arguments): output-type SOURCES
 *   converter:  name(arguments): input-type => output-type
 *   ACL:        name = fetch match-method
 *
 * Arguments in brackets are optional. The sources (`SMP_USE_…`) decide where a
 * fetch may stand. Facts only: what of it is modelled says `samples.ts`.
 * Source: HAProxy 2.6 configuration manual §7.1, §7.3; management guide §2 "-dK".
 */

export const FETCH_TABLE = `
always_false: bool CONST
always_true: bool CONST
avg_queue(backend): sint INTRN
base: str HRQHV
base32: sint HRQHV
base32+src: bin HRQHV
baseq: str HRQHV
bc_dst: sint L4SRV
bc_dst_port: sint L4SRV
bc_err: sint L4SRV
bc_err_str: str L4SRV
bc_http_major: sint L4SRV
bc_src: sint L4SRV
bc_src_port: sint L4SRV
be_conn(backend): sint INTRN
be_conn_free(backend): sint INTRN
be_id: sint BKEND
be_name: str BKEND
be_server_timeout: sint BKEND
be_sess_rate(backend): sint INTRN
be_tunnel_timeout: sint BKEND
bin(string): bin CONST
bool(string): bool CONST
capture.req.hdr(integer): str HRQHP
capture.req.method: str HRQHP
capture.req.uri: str HRQHP
capture.req.ver: str HRQHP
capture.res.hdr(integer): str HRSHP
capture.res.ver: str HRQHP
connslots(backend): sint INTRN
cook([string]): str HRQHV
cook_cnt([string]): sint HRQHV
cook_val([string]): sint HRQHV
cookie([string]): str HRQHV|HRSHV
cpu_calls: sint INTRN
cpu_ns_avg: sint INTRN
cpu_ns_tot: sint INTRN
cur_server_timeout: sint BKEND
cur_tunnel_timeout: sint BKEND
date([integer,string]): sint CONST
date_us: sint CONST
distcc_body(string[,integer]): bin L6REQ|L6RES
distcc_param(string[,integer]): sint L6REQ|L6RES
dst: ipv4 L4CLI
dst_conn: sint FTEND
dst_is_local: bool L4CLI
dst_port: sint L4CLI
env(string): str CONST
fc_dst: ipv4 L4CLI
fc_dst_is_local: bool L4CLI
fc_dst_port: sint L4CLI
fc_err: sint L4CLI
fc_err_str: str L4CLI
fc_fackets([string]): sint L4CLI
fc_http_major: sint L4CLI
fc_lost([string]): sint L4CLI
fc_pp_authority: str L4CLI
fc_pp_unique_id: str L4CLI
fc_rcvd_proxy: bool L4CLI
fc_reordering([string]): sint L4CLI
fc_retrans([string]): sint L4CLI
fc_rtt([string]): sint L4CLI
fc_rttvar([string]): sint L4CLI
fc_sacked([string]): sint L4CLI
fc_src: ipv4 L4CLI
fc_src_is_local: bool L4CLI
fc_src_port: sint L4CLI
fc_unacked([string]): sint L4CLI
fcgi.docroot: str HRQHV
fcgi.index: str HRQHV
fe_client_timeout: sint FTEND
fe_conn(frontend): sint INTRN
fe_defbe: str FTEND
fe_id: sint FTEND
fe_name: str FTEND
fe_req_rate(frontend): sint INTRN
fe_sess_rate(frontend): sint INTRN
hdr([string,integer]): str HRQHV|HRSHV
hdr_cnt([string]): sint HRQHV
hdr_ip([string,integer]): ipv4 HRQHV
hdr_val([string,integer]): sint HRQHV
hostname: str CONST
http_auth(user list): bool HRQHV
http_auth_bearer([string]): str HRQHV
http_auth_group(user list): str HRQHV
http_auth_pass: str HRQHV
http_auth_type: str HRQHV
http_auth_user: str HRQHV
http_first_req: bool HRQHP
int(integer): sint CONST
internal.htx.data: sint HRQHV|HRSHV
internal.htx.free: sint HRQHV|HRSHV
internal.htx.free_data: sint HRQHV|HRSHV
internal.htx.has_eom: bool HRQHV|HRSHV
internal.htx.nbblks: sint HRQHV|HRSHV
internal.htx.size: sint HRQHV|HRSHV
internal.htx.used: sint HRQHV|HRSHV
internal.htx_blk.data(string): bin HRQHV|HRSHV
internal.htx_blk.hdrname(string): str HRQHV|HRSHV
internal.htx_blk.hdrval(string): str HRQHV|HRSHV
internal.htx_blk.size(string): sint HRQHV|HRSHV
internal.htx_blk.start_line(string): str HRQHV|HRSHV
internal.htx_blk.type(string): str HRQHV|HRSHV
internal.strm.is_htx: bool INTRN
ipv4(IPv4 address): ipv4 CONST
ipv6(IPv6 address): ipv6 CONST
last_rule_file: str INTRN
last_rule_line: sint INTRN
lat_ns_avg: sint INTRN
lat_ns_tot: sint INTRN
meth(string): meth CONST
method: meth HRQHP
nbproc: sint CONST
nbsrv(backend): sint INTRN
path: str HRQHV
pathq: str HRQHV
payload(integer,integer): bin L6REQ|L6RES
payload_lv(integer,integer[,string]): bin L6REQ|L6RES
prio_class: sint INTRN
prio_offset: sint INTRN
proc: sint CONST
query: str HRQHV
queue(backend): sint INTRN
rand([integer]): sint CONST
rdp_cookie([string]): str L6REQ
rdp_cookie_cnt([string]): sint L6REQ
rep_ssl_hello_type: sint L6RES
req.body: bin HRQHV
req.body_len: sint HRQHV
req.body_param([string]): bin HRQHV
req.body_size: sint HRQHV
req.cook([string]): str HRQHV
req.cook_cnt([string]): sint HRQHV
req.cook_val([string]): sint HRQHV
req.fhdr([string,integer]): str HRQHV
req.fhdr_cnt([string]): sint HRQHV
req.hdr([string,integer]): str HRQHV
req.hdr_cnt([string]): sint HRQHV
req.hdr_ip([string,integer]): ipv4 HRQHV
req.hdr_names([string]): str HRQHV
req.hdr_val([string,integer]): sint HRQHV
req.hdrs: bin HRQHV
req.hdrs_bin: bin HRQHV
req.len: sint L6REQ
req.payload(integer,integer): bin L6REQ
req.payload_lv(integer,integer[,string]): bin L6REQ
req.proto_http: bool HRQHP
req.rdp_cookie([string]): str L6REQ
req.rdp_cookie_cnt([string]): sint L6REQ
req.ssl_alpn: str L6REQ
req.ssl_ec_ext: bool L6REQ
req.ssl_hello_type: sint L6REQ
req.ssl_sni: str L6REQ
req.ssl_st_ext: sint L6REQ
req.ssl_ver: sint L6REQ
req.ver: str HRQHV
req_len: sint L6REQ
req_proto_http: bool HRQHP
req_ssl_hello_type: sint L6REQ
req_ssl_sni: str L6REQ
req_ssl_ver: sint L6REQ
req_ver: str HRQHV
res.body: bin HRSHV
res.body_len: sint HRSHV
res.body_size: sint HRSHV
res.cache_hit: bool HRSHP
res.cache_name: str HRSHP
res.comp: bool HRSHP
res.comp_algo: str HRSHP
res.cook([string]): str HRSHV
res.cook_cnt([string]): sint HRSHV
res.cook_val([string]): sint HRSHV
res.fhdr([string,integer]): str HRSHV
res.fhdr_cnt([string]): sint HRSHV
res.hdr([string,integer]): str HRSHV
res.hdr_cnt([string]): sint HRSHV
res.hdr_ip([string,integer]): ipv4 HRSHV
res.hdr_names([string]): str HRSHV
res.hdr_val([string,integer]): sint HRSHV
res.hdrs: bin HRSHV
res.hdrs_bin: bin HRSHV
res.len: sint L6RES
res.payload(integer,integer): bin L6RES
res.payload_lv(integer,integer[,string]): bin L6RES
res.ssl_hello_type: sint L6RES
res.ver: str HRSHV
resp_ver: str HRSHV
sc0_bytes_in_rate([table]): sint INTRN
sc0_bytes_out_rate([table]): sint INTRN
sc0_clr_gpc0([table]): sint INTRN
sc0_clr_gpc1([table]): sint INTRN
sc0_conn_cnt([table]): sint INTRN
sc0_conn_cur([table]): sint INTRN
sc0_conn_rate([table]): sint INTRN
sc0_get_gpc0([table]): sint INTRN
sc0_get_gpc1([table]): sint INTRN
sc0_get_gpt0([table]): sint INTRN
sc0_gpc0_rate([table]): sint INTRN
sc0_gpc1_rate([table]): sint INTRN
sc0_http_err_cnt([table]): sint INTRN
sc0_http_err_rate([table]): sint INTRN
sc0_http_fail_cnt([table]): sint INTRN
sc0_http_fail_rate([table]): sint INTRN
sc0_http_req_cnt([table]): sint INTRN
sc0_http_req_rate([table]): sint INTRN
sc0_inc_gpc0([table]): sint INTRN
sc0_inc_gpc1([table]): sint INTRN
sc0_kbytes_in([table]): sint L4CLI
sc0_kbytes_out([table]): sint L4CLI
sc0_sess_cnt([table]): sint INTRN
sc0_sess_rate([table]): sint INTRN
sc0_tracked([table]): bool INTRN
sc0_trackers([table]): sint INTRN
sc1_bytes_in_rate([table]): sint INTRN
sc1_bytes_out_rate([table]): sint INTRN
sc1_clr_gpc(integer[,table]): sint INTRN
sc1_clr_gpc0([table]): sint INTRN
sc1_clr_gpc1([table]): sint INTRN
sc1_conn_cnt([table]): sint INTRN
sc1_conn_cur([table]): sint INTRN
sc1_conn_rate([table]): sint INTRN
sc1_get_gpc0([table]): sint INTRN
sc1_get_gpc1([table]): sint INTRN
sc1_get_gpt0([table]): sint INTRN
sc1_gpc0_rate([table]): sint INTRN
sc1_gpc1_rate([table]): sint INTRN
sc1_http_err_cnt([table]): sint INTRN
sc1_http_err_rate([table]): sint INTRN
sc1_http_fail_cnt([table]): sint INTRN
sc1_http_fail_rate([table]): sint INTRN
sc1_http_req_cnt([table]): sint INTRN
sc1_http_req_rate([table]): sint INTRN
sc1_inc_gpc0([table]): sint INTRN
sc1_inc_gpc1([table]): sint INTRN
sc1_kbytes_in([table]): sint L4CLI
sc1_kbytes_out([table]): sint L4CLI
sc1_sess_cnt([table]): sint INTRN
sc1_sess_rate([table]): sint INTRN
sc1_tracked([table]): bool INTRN
sc1_trackers([table]): sint INTRN
sc2_bytes_in_rate([table]): sint INTRN
sc2_bytes_out_rate([table]): sint INTRN
sc2_clr_gpc0([table]): sint INTRN
sc2_clr_gpc1([table]): sint INTRN
sc2_conn_cnt([table]): sint INTRN
sc2_conn_cur([table]): sint INTRN
sc2_conn_rate([table]): sint INTRN
sc2_get_gpc0([table]): sint INTRN
sc2_get_gpc1([table]): sint INTRN
sc2_get_gpt0([table]): sint INTRN
sc2_gpc0_rate([table]): sint INTRN
sc2_gpc1_rate([table]): sint INTRN
sc2_http_err_cnt([table]): sint INTRN
sc2_http_err_rate([table]): sint INTRN
sc2_http_fail_cnt([table]): sint INTRN
sc2_http_fail_rate([table]): sint INTRN
sc2_http_req_cnt([table]): sint INTRN
sc2_http_req_rate([table]): sint INTRN
sc2_inc_gpc0([table]): sint INTRN
sc2_inc_gpc1([table]): sint INTRN
sc2_kbytes_in([table]): sint L4CLI
sc2_kbytes_out([table]): sint L4CLI
sc2_sess_cnt([table]): sint INTRN
sc2_sess_rate([table]): sint INTRN
sc2_tracked([table]): bool INTRN
sc2_trackers([table]): sint INTRN
sc_bytes_in_rate(integer[,table]): sint INTRN
sc_bytes_out_rate(integer[,table]): sint INTRN
sc_clr_gpc(integer,integer[,table]): sint INTRN
sc_clr_gpc0(integer[,table]): sint INTRN
sc_clr_gpc1(integer[,table]): sint INTRN
sc_conn_cnt(integer[,table]): sint INTRN
sc_conn_cur(integer[,table]): sint INTRN
sc_conn_rate(integer[,table]): sint INTRN
sc_get_gpc(integer,integer[,table]): sint INTRN
sc_get_gpc0(integer[,table]): sint INTRN
sc_get_gpc1(integer[,table]): sint INTRN
sc_get_gpt(integer,integer[,table]): sint INTRN
sc_get_gpt0(integer[,table]): sint INTRN
sc_gpc0_rate(integer[,table]): sint INTRN
sc_gpc1_rate(integer[,table]): sint INTRN
sc_gpc_rate(integer,integer[,table]): sint INTRN
sc_http_err_cnt(integer[,table]): sint INTRN
sc_http_err_rate(integer[,table]): sint INTRN
sc_http_fail_cnt(integer[,table]): sint INTRN
sc_http_fail_rate(integer[,table]): sint INTRN
sc_http_req_cnt(integer[,table]): sint INTRN
sc_http_req_rate(integer[,table]): sint INTRN
sc_inc_gpc(integer,integer[,table]): sint INTRN
sc_inc_gpc0(integer[,table]): sint INTRN
sc_inc_gpc1(integer[,table]): sint INTRN
sc_kbytes_in(integer[,table]): sint L4CLI
sc_kbytes_out(integer[,table]): sint L4CLI
sc_sess_cnt(integer[,table]): sint INTRN
sc_sess_rate(integer[,table]): sint INTRN
sc_tracked(integer[,table]): bool INTRN
sc_trackers(integer[,table]): sint INTRN
scook([string]): str HRSHV
scook_cnt([string]): sint HRSHV
scook_val([string]): sint HRSHV
shdr([string,integer]): str HRSHV
shdr_cnt([string]): sint HRSHV
shdr_ip([string,integer]): ipv4 HRSHV
shdr_val([string,integer]): sint HRSHV
so_id: sint FTEND
so_name: str FTEND
src: ipv4 L4CLI
src_bytes_in_rate(table): sint L4CLI
src_bytes_out_rate(table): sint L4CLI
src_clr_gpc(integer,table): sint L4CLI
src_clr_gpc0(table): sint L4CLI
src_clr_gpc1(table): sint L4CLI
src_conn_cnt(table): sint L4CLI
src_conn_cur(table): sint L4CLI
src_conn_rate(table): sint L4CLI
src_get_gpc(integer,table): sint L4CLI
src_get_gpc0(table): sint L4CLI
src_get_gpc1(table): sint L4CLI
src_get_gpt(integer,table): sint L4CLI
src_get_gpt0(table): sint L4CLI
src_gpc0_rate(table): sint L4CLI
src_gpc1_rate(table): sint L4CLI
src_gpc_rate(integer,table): sint L4CLI
src_http_err_cnt(table): sint L4CLI
src_http_err_rate(table): sint L4CLI
src_http_fail_cnt(table): sint L4CLI
src_http_fail_rate(table): sint L4CLI
src_http_req_cnt(table): sint L4CLI
src_http_req_rate(table): sint L4CLI
src_inc_gpc(integer,table): sint L4CLI
src_inc_gpc0(table): sint L4CLI
src_inc_gpc1(table): sint L4CLI
src_is_local: bool L4CLI
src_kbytes_in(table): sint L4CLI
src_kbytes_out(table): sint L4CLI
src_port: sint L4CLI
src_sess_cnt(table): sint L4CLI
src_sess_rate(table): sint L4CLI
src_updt_conn_cnt(table): sint L4CLI
srv_conn(server): sint INTRN
srv_conn_free(server): sint INTRN
srv_id: sint SERVR
srv_is_up(server): bool INTRN
srv_iweight(server): sint INTRN
srv_name: str SERVR
srv_queue(server): sint INTRN
srv_sess_rate(server): sint INTRN
srv_uweight(server): sint INTRN
srv_weight(server): sint INTRN
ssl_bc: bool L5SRV
ssl_bc_alg_keysize: sint L5SRV
ssl_bc_alpn: str L5SRV
ssl_bc_cipher: str L5SRV
ssl_bc_client_random: bin L5SRV
ssl_bc_err: sint L5SRV
ssl_bc_err_str: str L5SRV
ssl_bc_is_resumed: bool L5SRV
ssl_bc_npn: str L5SRV
ssl_bc_protocol: str L5SRV
ssl_bc_server_random: bin L5SRV
ssl_bc_session_id: bin L5SRV
ssl_bc_session_key: bin L5SRV
ssl_bc_unique_id: bin L5SRV
ssl_bc_use_keysize: sint L5SRV
ssl_c_ca_err: sint L5CLI
ssl_c_ca_err_depth: sint L5CLI
ssl_c_chain_der: bin L5CLI
ssl_c_der: bin L5CLI
ssl_c_err: sint L5CLI
ssl_c_i_dn([string,integer,string]): str L5CLI
ssl_c_key_alg: str L5CLI
ssl_c_notafter: str L5CLI
ssl_c_notbefore: str L5CLI
ssl_c_s_dn([string,integer,string]): str L5CLI
ssl_c_serial: bin L5CLI
ssl_c_sha1: bin L5CLI
ssl_c_sig_alg: str L5CLI
ssl_c_used: bool L5CLI
ssl_c_verify: sint L5CLI
ssl_c_version: sint L5CLI
ssl_f_der: bin L5CLI
ssl_f_i_dn([string,integer,string]): str L5CLI
ssl_f_key_alg: str L5CLI
ssl_f_notafter: str L5CLI
ssl_f_notbefore: str L5CLI
ssl_f_s_dn([string,integer,string]): str L5CLI
ssl_f_serial: bin L5CLI
ssl_f_sha1: bin L5CLI
ssl_f_sig_alg: str L5CLI
ssl_f_version: sint L5CLI
ssl_fc: bool L5CLI
ssl_fc_alg_keysize: sint L5CLI
ssl_fc_alpn: str L5CLI
ssl_fc_cipher: str L5CLI
ssl_fc_cipherlist_bin([integer]): str L5CLI
ssl_fc_cipherlist_hex([integer]): bin L5CLI
ssl_fc_cipherlist_str([integer]): str L5CLI
ssl_fc_cipherlist_xxh: sint L5CLI
ssl_fc_client_early_traffic_secret: str L5CLI
ssl_fc_client_handshake_traffic_secret: str L5CLI
ssl_fc_client_random: bin L5CLI
ssl_fc_client_traffic_secret_0: str L5CLI
ssl_fc_early_exporter_secret: str L5CLI
ssl_fc_ecformats_bin: str L5CLI
ssl_fc_eclist_bin([integer]): str L5CLI
ssl_fc_err: sint L5CLI
ssl_fc_err_str: str L5CLI
ssl_fc_exporter_secret: str L5CLI
ssl_fc_extlist_bin([integer]): str L5CLI
ssl_fc_has_crt: bool L5CLI
ssl_fc_has_early: bool L5CLI
ssl_fc_has_sni: bool L5CLI
ssl_fc_is_resumed: bool L5CLI
ssl_fc_npn: str L5CLI
ssl_fc_protocol: str L5CLI
ssl_fc_protocol_hello_id: sint L5CLI
ssl_fc_server_handshake_traffic_secret: str L5CLI
ssl_fc_server_random: bin L5CLI
ssl_fc_server_traffic_secret_0: str L5CLI
ssl_fc_session_id: bin L5CLI
ssl_fc_session_key: bin L5CLI
ssl_fc_sni: str L5CLI
ssl_fc_unique_id: bin L5CLI
ssl_fc_use_keysize: sint L5CLI
ssl_s_chain_der: bin L5CLI
ssl_s_der: bin L5CLI
ssl_s_i_dn([string,integer,string]): str L5CLI
ssl_s_key_alg: str L5CLI
ssl_s_notafter: str L5CLI
ssl_s_notbefore: str L5CLI
ssl_s_s_dn([string,integer,string]): str L5CLI
ssl_s_serial: bin L5CLI
ssl_s_sha1: bin L5CLI
ssl_s_sig_alg: str L5CLI
ssl_s_version: sint L5CLI
status: sint HRSHP
stopping: bool INTRN
str(string): str CONST
table_avl(table): sint INTRN
table_cnt(table): sint INTRN
thread: sint CONST
unique-id: str CONST
url: str HRQHV
url32: sint HRQHV
url32+src: bin HRQHV
url_ip: ipv4 HRQHV
url_param([string,string]): str HRQHV
url_port: sint HRQHV
urlp([string,string]): str HRQHV
urlp_val([string,string]): sint HRQHV
uuid([integer]): str CONST
var(string[,string]): any CONST
wait_end: bool INTRN
`;

export const CONVERTER_TABLE = `
add(string): sint => sint
add_item(string,string[,string]): str => str
aes_gcm_dec(integer,string,string,string): bin => bin
and(string): sint => sint
b64dec: bin => str
base64: str => bin
be2dec(string[,integer,integer]): str => bin
be2hex(string[,integer,integer]): str => bin
bool: bool => sint
bytes(integer[,integer]): bin => bin
capture-req(integer): str => str
capture-res(integer): str => str
concat(string[,string,string]): str => str
cpl: sint => sint
crc32([integer]): sint => bin
crc32c([integer]): sint => bin
cut_crlf: str => str
debug([string,string]): any => any
digest(string): bin => bin
div(string): sint => sint
djb2([integer]): sint => bin
even: bool => sint
field(integer,string[,integer]): str => str
fix_is_valid: bool => bin
fix_tag_value(string): bin => bin
hex: str => bin
hex2i: sint => str
hmac(string,string): bin => bin
host_only: str => str
htonl: bin => sint
http_date([integer,string]): str => sint
iif(string,string): str => bool
in_table(table): bool => any
ipmask(IPv4 mask[,IPv6 mask]): ipv4 => addr
json(string): str => str
json_query(string[,string]): any => str
jwt_header_query([string,string]): any => bin
jwt_payload_query([string,string]): any => bin
jwt_verify(string,string): sint => bin
language(string[,string]): str => str
length: sint => str
lower: str => str
ltime(string[,integer]): str => sint
ltrim(string): str => str
map(string[,string]): str => str
map_beg(string[,string]): str => str
map_beg_int(string[,integer]): sint => str
map_beg_ip(string[,string]): addr => str
map_dir(string[,string]): str => str
map_dir_int(string[,integer]): sint => str
map_dir_ip(string[,string]): addr => str
map_dom(string[,string]): str => str
map_dom_int(string[,integer]): sint => str
map_dom_ip(string[,string]): addr => str
map_end(string[,string]): str => str
map_end_int(string[,integer]): sint => str
map_end_ip(string[,string]): addr => str
map_int(string[,string]): str => sint
map_int_int(string[,integer]): sint => sint
map_int_ip(string[,string]): addr => sint
map_ip(string[,string]): str => addr
map_ip_int(string[,integer]): sint => addr
map_ip_ip(string[,string]): addr => addr
map_reg(string[,string]): str => str
map_reg_int(string[,integer]): sint => str
map_reg_ip(string[,string]): addr => str
map_regm(string[,string]): str => str
map_str(string[,string]): str => str
map_str_int(string[,integer]): sint => str
map_str_ip(string[,string]): addr => str
map_sub(string[,string]): str => str
map_sub_int(string[,integer]): sint => str
map_sub_ip(string[,string]): addr => str
mod(string): sint => sint
mqtt_field_value(string,string): str => bin
mqtt_is_valid: bool => bin
mul(string): sint => sint
nbsrv: sint => str
neg: sint => sint
not: bool => sint
odd: bool => sint
or(string): sint => sint
port_only: sint => str
protobuf(Protocol buffers field number[,string]): bin => bin
regsub(regex,string[,string]): str => str
rtrim(string): str => str
sdbm([integer]): sint => bin
secure_memcmp(string): bool => bin
set-var(string[,string,string,string,string]): any => any
sha1: bin => bin
sha2([integer]): bin => bin
srv_queue: sint => str
strcmp(string): sint => str
sub(string): sint => sint
table_bytes_in_rate(table): sint => any
table_bytes_out_rate(table): sint => any
table_conn_cnt(table): sint => any
table_conn_cur(table): sint => any
table_conn_rate(table): sint => any
table_expire(table[,integer]): sint => any
table_gpc(integer,table): sint => any
table_gpc0(table): sint => any
table_gpc0_rate(table): sint => any
table_gpc1(table): sint => any
table_gpc1_rate(table): sint => any
table_gpc_rate(integer,table): sint => any
table_gpt(integer,table): sint => any
table_gpt0(table): sint => any
table_http_err_cnt(table): sint => any
table_http_err_rate(table): sint => any
table_http_fail_cnt(table): sint => any
table_http_fail_rate(table): sint => any
table_http_req_cnt(table): sint => any
table_http_req_rate(table): sint => any
table_idle(table[,integer]): sint => any
table_kbytes_in(table): sint => any
table_kbytes_out(table): sint => any
table_server_id(table): sint => any
table_sess_cnt(table): sint => any
table_sess_rate(table): sint => any
table_trackers(table): sint => any
ub64dec: bin => str
ub64enc: str => bin
ungrpc(Protocol buffers field number[,string]): bin => bin
unset-var(string): any => any
upper: str => str
url_dec([integer]): str => str
url_enc(string): str => str
utime(string[,integer]): str => sint
word(integer,string[,integer]): str => str
wt6([integer]): sint => bin
xor(string): sint => sint
xxh3([integer]): sint => bin
xxh32([integer]): sint => bin
xxh64([integer]): sint => bin
`;

export const ACL_TABLE = `
base = base str
base_beg = base beg
base_dir = base dir
base_dom = base dom
base_end = base end
base_len = base len
base_reg = base reg
base_sub = base sub
cook = req.cook str
cook_beg = req.cook beg
cook_dir = req.cook dir
cook_dom = req.cook dom
cook_end = req.cook end
cook_len = req.cook len
cook_reg = req.cook reg
cook_sub = req.cook sub
hdr = req.hdr str
hdr_beg = req.hdr beg
hdr_dir = req.hdr dir
hdr_dom = req.hdr dom
hdr_end = req.hdr end
hdr_len = req.hdr len
hdr_reg = req.hdr reg
hdr_sub = req.hdr sub
http_auth_group = http_auth_group str
method = method str
path = path str
path_beg = path beg
path_dir = path dir
path_dom = path dom
path_end = path end
path_len = path len
path_reg = path reg
path_sub = path sub
payload = req.payload bin
payload_lv = req.payload_lv bin
req.ssl_ver = req.ssl_ver int
req_rdp_cookie = req.rdp_cookie str
req_rdp_cookie_cnt = req.rdp_cookie_cnt int
req_ssl_sni = req.ssl_sni str
req_ssl_ver = req.ssl_ver int
req_ver = req.ver str
resp_ver = res.ver str
scook = res.cook str
scook_beg = res.cook beg
scook_dir = res.cook dir
scook_dom = res.cook dom
scook_end = res.cook end
scook_len = res.cook len
scook_reg = res.cook reg
scook_sub = res.cook sub
shdr = res.hdr str
shdr_beg = res.hdr beg
shdr_dir = res.hdr dir
shdr_dom = res.hdr dom
shdr_end = res.hdr end
shdr_len = res.hdr len
shdr_reg = res.hdr reg
shdr_sub = res.hdr sub
ssl_fc_sni_end = ssl_fc_sni end
ssl_fc_sni_reg = ssl_fc_sni reg
url = url str
url_beg = url beg
url_dir = url dir
url_dom = url dom
url_end = url end
url_len = url len
url_reg = url reg
url_sub = url sub
urlp = urlp str
urlp_beg = urlp beg
urlp_dir = urlp dir
urlp_dom = urlp dom
urlp_end = urlp end
urlp_len = urlp len
urlp_reg = urlp reg
urlp_sub = urlp sub
`;

/** Directives of the modules of `http` that do not pass requests on, in the form that `../directives` reads. Source: the `ngx_command_t` tables of nginx 1.22 src/http/modules. */
export const HTTP = `
[ngx_http_gzip_static_module]
gzip_static | http server location | 1 | choice | off on always
[ngx_http_dav_module]
dav_methods | http server location | 1+ | set | off put delete mkcol copy move
create_full_put_path | http server location | 1 | flag
min_delete_depth | http server location | 1 | number
dav_access | http server location | 1,2,3 | access
[ngx_http_autoindex_module]
autoindex | http server location | 1 | flag
autoindex_format | http server location | 1 | choice | html json jsonp xml
autoindex_localtime | http server location | 1 | flag
autoindex_exact_size | http server location | 1 | flag
[ngx_http_index_module]
index | http server location | 1+ | own
[ngx_http_random_index_module]
random_index | location | 1 | flag
[ngx_http_mirror_module]
mirror | http server location | 1 | own
mirror_request_body | http server location | 1 | flag
[ngx_http_try_files_module]
try_files | server location | 2+ | own
[ngx_http_auth_request_module]
auth_request | http server location | 1 | own
auth_request_set | http server location | 2 | own
[ngx_http_auth_basic_module]
auth_basic | http server location limit_except | 1 | value
auth_basic_user_file | http server location limit_except | 1 | own
[ngx_http_access_module]
allow | http server location limit_except | 1 | own
deny | http server location limit_except | 1 | own
[ngx_http_limit_conn_module]
limit_conn_zone | http | 2 | own
limit_conn | http server location | 2 | own
limit_conn_log_level | http server location | 1 | choice | info notice warn error
limit_conn_status | http server location | 1 | number | 400 599
limit_conn_dry_run | http server location | 1 | flag
[ngx_http_limit_req_module]
limit_req_zone | http | 3 | own
limit_req | http server location | 1,2,3 | own
limit_req_log_level | http server location | 1 | choice | info notice warn error
limit_req_status | http server location | 1 | number | 400 599
limit_req_dry_run | http server location | 1 | flag
[ngx_http_realip_module]
set_real_ip_from | http server location | 1 | own
real_ip_header | http server location | 1 | own
real_ip_recursive | http server location | 1 | flag
[ngx_http_geo_module]
geo | http | 1,2{ | own
[ngx_http_map_module]
map | http | 2{ | own
map_hash_max_size | http | 1 | number
map_hash_bucket_size | http | 1 | number
[ngx_http_split_clients_module]
split_clients | http | 2{ | own
[ngx_http_referer_module]
valid_referers | server location | 1+ | own
referer_hash_max_size | server location | 1 | number
referer_hash_bucket_size | server location | 1 | number
[ngx_http_rewrite_module]
rewrite | server location if-server if-location | 2,3 | own
return | server location if-server if-location | 1,2 | own
break | server location if-server if-location | 0 | own
if | server location | 1+{ | own
set | server location if-server if-location | 2 | own
rewrite_log | http server location if-server if-location | 1 | flag
uninitialized_variable_warn | http server location if-server if-location | 1 | flag
[ngx_http_ssl_module]
ssl | http server | 1 | own
ssl_certificate | http server | 1 | texts
ssl_certificate_key | http server | 1 | texts
ssl_password_file | http server | 1 | own
ssl_dhparam | http server | 1 | text
ssl_ecdh_curve | http server | 1 | text
ssl_protocols | http server | 1+ | set | SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3
ssl_ciphers | http server | 1 | text
ssl_buffer_size | http server | 1 | size
ssl_verify_client | http server | 1 | choice | off on optional optional_no_ca
ssl_verify_depth | http server | 1 | number
ssl_client_certificate | http server | 1 | text
ssl_trusted_certificate | http server | 1 | text
ssl_prefer_server_ciphers | http server | 1 | flag
ssl_session_cache | http server | 1,2 | own
ssl_session_tickets | http server | 1 | flag
ssl_session_ticket_key | http server | 1 | texts
ssl_session_timeout | http server | 1 | seconds
ssl_crl | http server | 1 | text
ssl_ocsp | http server | 1 | choice | off on leaf
ssl_ocsp_responder | http server | 1 | text
ssl_ocsp_cache | http server | 1 | own
ssl_stapling | http server | 1 | flag
ssl_stapling_file | http server | 1 | text
ssl_stapling_responder | http server | 1 | text
ssl_stapling_verify | http server | 1 | flag
ssl_early_data | http server | 1 | flag
ssl_conf_command | http server | 2 | pairs
ssl_reject_handshake | http server | 1 | flag
[ngx_http_empty_gif_module]
empty_gif | location | 0 | own
[ngx_http_browser_module]
modern_browser | http server location | 1,2 | own
ancient_browser | http server location | 1+ | own
modern_browser_value | http server location | 1 | own
ancient_browser_value | http server location | 1 | own
[ngx_http_secure_link_module]
secure_link | http server location | 1 | value
secure_link_md5 | http server location | 1 | value
secure_link_secret | http server location | 1 | text
[ngx_http_flv_module]
flv | location | 0 | own
[ngx_http_mp4_module]
mp4 | location | 0 | own
mp4_buffer_size | http server location | 1 | size
mp4_max_buffer_size | http server location | 1 | size
mp4_start_key_frame | http server location | 1 | flag
[ngx_http_upstream_hash_module]
hash | upstream | 1,2 | own
[ngx_http_upstream_ip_hash_module]
ip_hash | upstream | 0 | own
[ngx_http_upstream_least_conn_module]
least_conn | upstream | 0 | own
[ngx_http_upstream_random_module]
random | upstream | 0,1,2 | own
[ngx_http_upstream_keepalive_module]
keepalive | upstream | 1 | own
keepalive_time | upstream | 1 | milliseconds
keepalive_timeout | upstream | 1 | milliseconds
keepalive_requests | upstream | 1 | number
[ngx_http_upstream_zone_module]
zone | upstream | 1,2 | own
[ngx_http_stub_status_module]
stub_status | server location | 0,1 | own
[ngx_http_gzip_filter_module]
gzip | http server location if-location | 1 | flag
gzip_buffers | http server location | 2 | buffers
gzip_types | http server location | 1+ | types
gzip_comp_level | http server location | 1 | number | 1 9
gzip_window | http server location | 1 | size
gzip_hash | http server location | 1 | size
postpone_gzipping | http server location | 1 | size
gzip_no_buffer | http server location | 1 | flag
gzip_min_length | http server location | 1 | size
[ngx_http_ssi_filter_module]
ssi | http server location if-location | 1 | flag
ssi_silent_errors | http server location | 1 | flag
ssi_ignore_recycled_buffers | http server location | 1 | flag
ssi_min_file_chunk | http server location | 1 | size
ssi_value_length | http server location | 1 | size
ssi_types | http server location | 1+ | types
ssi_last_modified | http server location | 1 | flag
[ngx_http_charset_filter_module]
charset | http server location if-location | 1 | charset
source_charset | http server location if-location | 1 | charset
override_charset | http server location if-location | 1 | flag
charset_types | http server location | 1+ | types
charset_map | http | 2{ | own
[ngx_http_addition_filter_module]
add_before_body | http server location | 1 | text
add_after_body | http server location | 1 | text
addition_types | http server location | 1+ | types
[ngx_http_gunzip_filter_module]
gunzip | http server location | 1 | flag
gunzip_buffers | http server location | 2 | buffers
[ngx_http_userid_filter_module]
userid | http server location | 1 | choice | off log v1 on
userid_service | http server location | 1 | number
userid_name | http server location | 1 | text
userid_domain | http server location | 1 | text
userid_path | http server location | 1 | text
userid_expires | http server location | 1 | own
userid_flags | http server location | 1,2,3 | set | off secure httponly samesite=strict samesite=lax samesite=none
userid_p3p | http server location | 1 | text
userid_mark | http server location | 1 | own
[ngx_http_headers_filter_module]
expires | http server location if-location | 1,2 | own
add_header | http server location if-location | 2,3 | own
add_trailer | http server location if-location | 2,3 | own
[ngx_http_sub_filter_module]
sub_filter | http server location | 2 | own
sub_filter_types | http server location | 1+ | types
sub_filter_once | http server location | 1 | flag
sub_filter_last_modified | http server location | 1 | flag
[ngx_http_slice_filter_module]
slice | http server location | 1 | size
[ngx_http_copy_filter_module]
output_buffers | http server location | 2 | buffers
`;

/**
 * Every directive of nginx 1.22.1 as Debian builds it: where it may stand, how many arguments it takes, and how its
 * value is read. Source: the `ngx_command_t` tables of src/core, src/event, src/http and src/stream. The directives of
 * the stream modules are known only when `load_module` has brought them in.
 */

/** Where directives stand. */
export type Context =
  | 'main'
  | 'events'
  | 'http'
  | 'server'
  | 'location'
  | 'upstream'
  | 'if-server'
  | 'if-location'
  | 'limit_except'
  | 'stream'
  | 'stream-server'
  | 'stream-upstream';

/** How a value is read; `own` has a reader of its own. */
export type Slot =
  | 'flag'
  | 'number'
  | 'milliseconds'
  | 'seconds'
  | 'size'
  | 'offset'
  | 'text'
  | 'texts'
  | 'pairs'
  | 'set'
  | 'choice'
  | 'buffers'
  | 'path'
  | 'access'
  | 'value'
  | 'values'
  | 'types'
  | 'bind'
  | 'parameter'
  | 'charset'
  | 'cache-valid'
  | 'cache-path'
  | 'obsolete'
  | 'own';

export interface Directive {
  readonly name: string;
  readonly module: string;
  /** Empty: everywhere. */
  readonly contexts: readonly Context[];
  readonly isBlock: boolean;
  /** Numbers of arguments; `least` when any number from there on will do. */
  readonly counts: readonly number[];
  readonly least: number | undefined;
  readonly slot: Slot;
  /** Words of a choice or set, bounds of a number. */
  readonly words: readonly string[];
  /** Whose value it is: some directives are two names of one setting. */
  readonly target: string;
}

/** name | contexts | arguments (`{` opens a block) | slot | words; `@name`: the same setting as that one. */
const TABLE = `
[ngx_core_module]
daemon | main | 1 | flag
master_process | main | 1 | flag
timer_resolution | main | 1 | milliseconds
pid | main | 1 | text
lock_file | main | 1 | text
worker_processes | main | 1 | own
debug_points | main | 1 | choice | stop abort
user | main | 1,2 | own
worker_priority | main | 1 | own
worker_cpu_affinity | main | 1+ | own
worker_rlimit_nofile | main | 1 | number
worker_rlimit_core | main | 1 | offset
worker_shutdown_timeout | main | 1 | milliseconds
working_directory | main | 1 | text
env | main | 1 | own
load_module | main | 1 | own
[ngx_errlog_module]
error_log | main | 1+ | own
[ngx_conf_module]
include | * | 1 | own
[ngx_regex_module]
pcre_jit | main | 1 | flag
[ngx_thread_pool_module]
thread_pool | main | 2,3 | own
[ngx_event_core_module]
events | main | 0{ | own
worker_connections | events | 1 | own
use | events | 1 | own
multi_accept | events | 1 | flag
accept_mutex | events | 1 | flag
accept_mutex_delay | events | 1 | milliseconds
debug_connection | events | 1 | own
[ngx_epoll_module]
epoll_events | events | 1 | number
worker_aio_requests | events | 1 | number
[ngx_openssl_module]
ssl_engine | main | 1 | own
[ngx_http_module]
http | main | 0{ | own
[ngx_http_core_module]
variables_hash_max_size | http | 1 | number
variables_hash_bucket_size | http | 1 | number
server_names_hash_max_size | http | 1 | number
server_names_hash_bucket_size | http | 1 | number
server | http | 0{ | own
connection_pool_size | http server | 1 | size | pool-size
request_pool_size | http server | 1 | size | pool-size
client_header_timeout | http server | 1 | milliseconds
client_header_buffer_size | http server | 1 | size
large_client_header_buffers | http server | 2 | buffers
ignore_invalid_headers | http server | 1 | flag
merge_slashes | http server | 1 | flag
underscores_in_headers | http server | 1 | flag
location | server location | 1,2{ | own
listen | server | 1+ | own
server_name | server | 1+ | own
types_hash_max_size | http server location | 1 | number
types_hash_bucket_size | http server location | 1 | number
types | http server location | 0{ | own
default_type | http server location | 1 | text
root | http server location if-location | 1 | own
alias | location | 1 | own
limit_except | location | 1+{ | own
client_max_body_size | http server location | 1 | offset
client_body_buffer_size | http server location | 1 | size
client_body_timeout | http server location | 1 | milliseconds
client_body_temp_path | http server location | 1,2,3,4 | path
client_body_in_file_only | http server location | 1 | choice | off on clean
client_body_in_single_buffer | http server location | 1 | flag
sendfile | http server location if-location | 1 | flag
sendfile_max_chunk | http server location | 1 | size
subrequest_output_buffer_size | http server location | 1 | size
aio | http server location | 1 | own
aio_write | http server location | 1 | flag
read_ahead | http server location | 1 | size
directio | http server location | 1 | own
directio_alignment | http server location | 1 | offset
tcp_nopush | http server location | 1 | flag
tcp_nodelay | http server location | 1 | flag
send_timeout | http server location | 1 | milliseconds
send_lowat | http server location | 1 | size
postpone_output | http server location | 1 | size
limit_rate | http server location if-location | 1 | value | size
limit_rate_after | http server location if-location | 1 | value | size
keepalive_time | http server location | 1 | milliseconds
keepalive_timeout | http server location | 1,2 | own
keepalive_requests | http server location | 1 | number
keepalive_disable | http server location | 1,2 | set | none msie6 safari
satisfy | http server location | 1 | choice | all any
auth_delay | http server location | 1 | milliseconds
internal | location | 0 | own
lingering_close | http server location | 1 | choice | off on always
lingering_time | http server location | 1 | milliseconds
lingering_timeout | http server location | 1 | milliseconds
reset_timedout_connection | http server location | 1 | flag
absolute_redirect | http server location | 1 | flag
server_name_in_redirect | http server location | 1 | flag
port_in_redirect | http server location | 1 | flag
msie_padding | http server location | 1 | flag
msie_refresh | http server location | 1 | flag
log_not_found | http server location | 1 | flag
log_subrequest | http server location | 1 | flag
recursive_error_pages | http server location | 1 | flag
server_tokens | http server location | 1 | choice | off on build
if_modified_since | http server location | 1 | choice | off exact before
max_ranges | http server location | 1 | number
chunked_transfer_encoding | http server location | 1 | flag
etag | http server location | 1 | flag
error_page | http server location if-location | 2+ | own
post_action | http server location if-location | 1 | text
error_log | http server location | 1+ | own
open_file_cache | http server location | 1,2 | own
open_file_cache_valid | http server location | 1 | seconds
open_file_cache_min_uses | http server location | 1 | number
open_file_cache_errors | http server location | 1 | flag
open_file_cache_events | http server location | 1 | flag
resolver | http server location | 1+ | own
resolver_timeout | http server location | 1 | milliseconds
gzip_vary | http server location | 1 | flag
gzip_http_version | http server location | 1 | choice | 1.0 1.1
gzip_proxied | http server location | 1+ | set | off expired no-cache no-store private no_last_modified no_etag auth any
gzip_disable | http server location | 1+ | own
disable_symlinks | http server location | 1,2 | own
[ngx_http_log_module]
log_format | http | 2+ | own
access_log | http server location if-location limit_except | 1+ | own
open_log_file_cache | http server location | 1,2,3,4 | own
[ngx_http_upstream_module]
upstream | http | 1{ | own
server | upstream | 1+ | own
[ngx_http_v2_module]
http2_recv_buffer_size | http | 1 | size
http2_pool_size | http server | 1 | size
http2_max_concurrent_streams | http server | 1 | number
http2_max_concurrent_pushes | http server | 1 | number
http2_max_requests | http server | 1 | obsolete
http2_max_field_size | http server | 1 | obsolete
http2_max_header_size | http server | 1 | obsolete
http2_body_preread_size | http server | 1 | size
http2_streams_index_size | http server | 1 | number
http2_recv_timeout | http server | 1 | obsolete
http2_idle_timeout | http server | 1 | obsolete
http2_chunk_size | http server location | 1 | size
http2_push_preload | http server location | 1 | flag
http2_push | http server location | 1 | own
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
[ngx_http_proxy_module]
proxy_pass | location if-location limit_except | 1 | own
proxy_redirect | http server location | 1,2 | own
proxy_cookie_domain | http server location | 1,2 | own
proxy_cookie_path | http server location | 1,2 | own
proxy_cookie_flags | http server location | 1,2,3,4 | own
proxy_store | http server location | 1 | own
proxy_store_access | http server location | 1,2,3 | access
proxy_buffering | http server location | 1 | flag
proxy_request_buffering | http server location | 1 | flag
proxy_ignore_client_abort | http server location | 1 | flag
proxy_bind | http server location | 1,2 | bind
proxy_socket_keepalive | http server location | 1 | flag
proxy_connect_timeout | http server location | 1 | milliseconds
proxy_send_timeout | http server location | 1 | milliseconds
proxy_send_lowat | http server location | 1 | size
proxy_intercept_errors | http server location | 1 | flag
proxy_set_header | http server location | 2 | pairs
proxy_headers_hash_max_size | http server location | 1 | number
proxy_headers_hash_bucket_size | http server location | 1 | number
proxy_set_body | http server location | 1 | text
proxy_method | http server location | 1 | value
proxy_pass_request_headers | http server location | 1 | flag
proxy_pass_request_body | http server location | 1 | flag
proxy_buffer_size | http server location | 1 | size
proxy_read_timeout | http server location | 1 | milliseconds
proxy_buffers | http server location | 2 | buffers
proxy_busy_buffers_size | http server location | 1 | size
proxy_force_ranges | http server location | 1 | flag
proxy_limit_rate | http server location | 1 | size
proxy_cache | http server location | 1 | own
proxy_cache_key | http server location | 1 | own
proxy_cache_path | http | 2+ | cache-path
proxy_cache_bypass | http server location | 1+ | values
proxy_no_cache | http server location | 1+ | values
proxy_cache_valid | http server location | 1+ | cache-valid
proxy_cache_min_uses | http server location | 1 | number
proxy_cache_max_range_offset | http server location | 1 | offset
proxy_cache_use_stale | http server location | 1+ | set | error timeout invalid_header non_idempotent http_500 http_502 http_503 http_504 http_403 http_404 http_429 updating off
proxy_cache_methods | http server location | 1+ | set | GET HEAD POST
proxy_cache_lock | http server location | 1 | flag
proxy_cache_lock_timeout | http server location | 1 | milliseconds
proxy_cache_lock_age | http server location | 1 | milliseconds
proxy_cache_revalidate | http server location | 1 | flag
proxy_cache_convert_head | http server location | 1 | flag
proxy_cache_background_update | http server location | 1 | flag
proxy_temp_path | http server location | 1,2,3,4 | path
proxy_max_temp_file_size | http server location | 1 | size
proxy_temp_file_write_size | http server location | 1 | size
proxy_next_upstream | http server location | 1+ | set | error timeout invalid_header non_idempotent http_500 http_502 http_503 http_504 http_403 http_404 http_429 updating off
proxy_next_upstream_tries | http server location | 1 | number
proxy_next_upstream_timeout | http server location | 1 | milliseconds
proxy_pass_header | http server location | 1 | texts
proxy_hide_header | http server location | 1 | texts
proxy_ignore_headers | http server location | 1+ | set | X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary
proxy_http_version | http server location | 1 | choice | 1.0 1.1
proxy_ssl_session_reuse | http server location | 1 | flag
proxy_ssl_protocols | http server location | 1+ | set | SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3
proxy_ssl_ciphers | http server location | 1 | text
proxy_ssl_name | http server location | 1 | value
proxy_ssl_server_name | http server location | 1 | flag
proxy_ssl_verify | http server location | 1 | flag
proxy_ssl_verify_depth | http server location | 1 | number
proxy_ssl_trusted_certificate | http server location | 1 | text
proxy_ssl_crl | http server location | 1 | text
proxy_ssl_certificate | http server location | 1 | value
proxy_ssl_certificate_key | http server location | 1 | value
proxy_ssl_password_file | http server location | 1 | own
proxy_ssl_conf_command | http server location | 2 | pairs
[ngx_http_fastcgi_module]
fastcgi_pass | location if-location | 1 | own
fastcgi_index | http server location | 1 | text
fastcgi_split_path_info | http server location | 1 | own
fastcgi_store | http server location | 1 | own
fastcgi_store_access | http server location | 1,2,3 | access
fastcgi_buffering | http server location | 1 | flag
fastcgi_request_buffering | http server location | 1 | flag
fastcgi_ignore_client_abort | http server location | 1 | flag
fastcgi_bind | http server location | 1,2 | bind
fastcgi_socket_keepalive | http server location | 1 | flag
fastcgi_connect_timeout | http server location | 1 | milliseconds
fastcgi_send_timeout | http server location | 1 | milliseconds
fastcgi_send_lowat | http server location | 1 | size
fastcgi_buffer_size | http server location | 1 | size
fastcgi_pass_request_headers | http server location | 1 | flag
fastcgi_pass_request_body | http server location | 1 | flag
fastcgi_intercept_errors | http server location | 1 | flag
fastcgi_read_timeout | http server location | 1 | milliseconds
fastcgi_buffers | http server location | 2 | buffers
fastcgi_busy_buffers_size | http server location | 1 | size
fastcgi_force_ranges | http server location | 1 | flag
fastcgi_limit_rate | http server location | 1 | size
fastcgi_cache | http server location | 1 | own
fastcgi_cache_key | http server location | 1 | own
fastcgi_cache_path | http | 2+ | cache-path
fastcgi_cache_bypass | http server location | 1+ | values
fastcgi_no_cache | http server location | 1+ | values
fastcgi_cache_valid | http server location | 1+ | cache-valid
fastcgi_cache_min_uses | http server location | 1 | number
fastcgi_cache_max_range_offset | http server location | 1 | offset
fastcgi_cache_use_stale | http server location | 1+ | set | error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 updating off
fastcgi_cache_methods | http server location | 1+ | set | GET HEAD POST
fastcgi_cache_lock | http server location | 1 | flag
fastcgi_cache_lock_timeout | http server location | 1 | milliseconds
fastcgi_cache_lock_age | http server location | 1 | milliseconds
fastcgi_cache_revalidate | http server location | 1 | flag
fastcgi_cache_background_update | http server location | 1 | flag
fastcgi_temp_path | http server location | 1,2,3,4 | path
fastcgi_max_temp_file_size | http server location | 1 | size
fastcgi_temp_file_write_size | http server location | 1 | size
fastcgi_next_upstream | http server location | 1+ | set | error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 updating off
fastcgi_next_upstream_tries | http server location | 1 | number
fastcgi_next_upstream_timeout | http server location | 1 | milliseconds
fastcgi_param | http server location | 2,3 | parameter
fastcgi_pass_header | http server location | 1 | texts
fastcgi_hide_header | http server location | 1 | texts
fastcgi_ignore_headers | http server location | 1+ | set | X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary
fastcgi_catch_stderr | http server location | 1 | texts
fastcgi_keep_conn | http server location | 1 | flag
[ngx_http_uwsgi_module]
uwsgi_pass | location if-location | 1 | own
uwsgi_modifier1 | http server location | 1 | number | 0 255
uwsgi_modifier2 | http server location | 1 | number | 0 255
uwsgi_store | http server location | 1 | own
uwsgi_store_access | http server location | 1,2,3 | access
uwsgi_buffering | http server location | 1 | flag
uwsgi_request_buffering | http server location | 1 | flag
uwsgi_ignore_client_abort | http server location | 1 | flag
uwsgi_bind | http server location | 1,2 | bind
uwsgi_socket_keepalive | http server location | 1 | flag
uwsgi_connect_timeout | http server location | 1 | milliseconds
uwsgi_send_timeout | http server location | 1 | milliseconds
uwsgi_buffer_size | http server location | 1 | size
uwsgi_pass_request_headers | http server location | 1 | flag
uwsgi_pass_request_body | http server location | 1 | flag
uwsgi_intercept_errors | http server location | 1 | flag
uwsgi_read_timeout | http server location | 1 | milliseconds
uwsgi_buffers | http server location | 2 | buffers
uwsgi_busy_buffers_size | http server location | 1 | size
uwsgi_force_ranges | http server location | 1 | flag
uwsgi_limit_rate | http server location | 1 | size
uwsgi_cache | http server location | 1 | own
uwsgi_cache_key | http server location | 1 | own
uwsgi_cache_path | http | 2+ | cache-path
uwsgi_cache_bypass | http server location | 1+ | values
uwsgi_no_cache | http server location | 1+ | values
uwsgi_cache_valid | http server location | 1+ | cache-valid
uwsgi_cache_min_uses | http server location | 1 | number
uwsgi_cache_max_range_offset | http server location | 1 | offset
uwsgi_cache_use_stale | http server location | 1+ | set | error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 updating off
uwsgi_cache_methods | http server location | 1+ | set | GET HEAD POST
uwsgi_cache_lock | http server location | 1 | flag
uwsgi_cache_lock_timeout | http server location | 1 | milliseconds
uwsgi_cache_lock_age | http server location | 1 | milliseconds
uwsgi_cache_revalidate | http server location | 1 | flag
uwsgi_cache_background_update | http server location | 1 | flag
uwsgi_temp_path | http server location | 1,2,3,4 | path
uwsgi_max_temp_file_size | http server location | 1 | size
uwsgi_temp_file_write_size | http server location | 1 | size
uwsgi_next_upstream | http server location | 1+ | set | error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 updating off
uwsgi_next_upstream_tries | http server location | 1 | number
uwsgi_next_upstream_timeout | http server location | 1 | milliseconds
uwsgi_param | http server location | 2,3 | parameter
uwsgi_string | http server location | 1 | text
uwsgi_pass_header | http server location | 1 | texts
uwsgi_hide_header | http server location | 1 | texts
uwsgi_ignore_headers | http server location | 1+ | set | X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary
uwsgi_ssl_session_reuse | http server location | 1 | flag
uwsgi_ssl_protocols | http server location | 1+ | set | SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3
uwsgi_ssl_ciphers | http server location | 1 | text
uwsgi_ssl_name | http server location | 1 | value
uwsgi_ssl_server_name | http server location | 1 | flag
uwsgi_ssl_verify | http server location | 1 | flag
uwsgi_ssl_verify_depth | http server location | 1 | number
uwsgi_ssl_trusted_certificate | http server location | 1 | text
uwsgi_ssl_crl | http server location | 1 | text
uwsgi_ssl_certificate | http server location | 1 | value
uwsgi_ssl_certificate_key | http server location | 1 | value
uwsgi_ssl_password_file | http server location | 1 | own
uwsgi_ssl_conf_command | http server location | 2 | pairs
[ngx_http_scgi_module]
scgi_pass | location if-location | 1 | own
scgi_store | http server location | 1 | own
scgi_store_access | http server location | 1,2,3 | access
scgi_buffering | http server location | 1 | flag
scgi_request_buffering | http server location | 1 | flag
scgi_ignore_client_abort | http server location | 1 | flag
scgi_bind | http server location | 1,2 | bind
scgi_socket_keepalive | http server location | 1 | flag
scgi_connect_timeout | http server location | 1 | milliseconds
scgi_send_timeout | http server location | 1 | milliseconds
scgi_buffer_size | http server location | 1 | size
scgi_pass_request_headers | http server location | 1 | flag
scgi_pass_request_body | http server location | 1 | flag
scgi_intercept_errors | http server location | 1 | flag
scgi_read_timeout | http server location | 1 | milliseconds
scgi_buffers | http server location | 2 | buffers
scgi_busy_buffers_size | http server location | 1 | size
scgi_force_ranges | http server location | 1 | flag
scgi_limit_rate | http server location | 1 | size
scgi_cache | http server location | 1 | own
scgi_cache_key | http server location | 1 | own
scgi_cache_path | http | 2+ | cache-path
scgi_cache_bypass | http server location | 1+ | values
scgi_no_cache | http server location | 1+ | values
scgi_cache_valid | http server location | 1+ | cache-valid
scgi_cache_min_uses | http server location | 1 | number
scgi_cache_max_range_offset | http server location | 1 | offset
scgi_cache_use_stale | http server location | 1+ | set | error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 updating off
scgi_cache_methods | http server location | 1+ | set | GET HEAD POST
scgi_cache_lock | http server location | 1 | flag
scgi_cache_lock_timeout | http server location | 1 | milliseconds
scgi_cache_lock_age | http server location | 1 | milliseconds
scgi_cache_revalidate | http server location | 1 | flag
scgi_cache_background_update | http server location | 1 | flag
scgi_temp_path | http server location | 1,2,3,4 | path
scgi_max_temp_file_size | http server location | 1 | size
scgi_temp_file_write_size | http server location | 1 | size
scgi_next_upstream | http server location | 1+ | set | error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 updating off
scgi_next_upstream_tries | http server location | 1 | number
scgi_next_upstream_timeout | http server location | 1 | milliseconds
scgi_param | http server location | 2,3 | parameter
scgi_pass_header | http server location | 1 | texts
scgi_hide_header | http server location | 1 | texts
scgi_ignore_headers | http server location | 1+ | set | X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary
[ngx_http_grpc_module]
grpc_pass | location if-location | 1 | own
grpc_bind | http server location | 1,2 | bind
grpc_socket_keepalive | http server location | 1 | flag
grpc_connect_timeout | http server location | 1 | milliseconds
grpc_send_timeout | http server location | 1 | milliseconds
grpc_intercept_errors | http server location | 1 | flag
grpc_buffer_size | http server location | 1 | size
grpc_read_timeout | http server location | 1 | milliseconds
grpc_next_upstream | http server location | 1+ | set | error timeout invalid_header non_idempotent http_500 http_502 http_503 http_504 http_403 http_404 http_429 off
grpc_next_upstream_tries | http server location | 1 | number
grpc_next_upstream_timeout | http server location | 1 | milliseconds
grpc_set_header | http server location | 2 | pairs
grpc_pass_header | http server location | 1 | texts
grpc_hide_header | http server location | 1 | texts
grpc_ignore_headers | http server location | 1+ | set | X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary
grpc_ssl_session_reuse | http server location | 1 | flag
grpc_ssl_protocols | http server location | 1+ | set | SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3
grpc_ssl_ciphers | http server location | 1 | text
grpc_ssl_name | http server location | 1 | value
grpc_ssl_server_name | http server location | 1 | flag
grpc_ssl_verify | http server location | 1 | flag
grpc_ssl_verify_depth | http server location | 1 | number
grpc_ssl_trusted_certificate | http server location | 1 | text
grpc_ssl_crl | http server location | 1 | text
grpc_ssl_certificate | http server location | 1 | value
grpc_ssl_certificate_key | http server location | 1 | value
grpc_ssl_password_file | http server location | 1 | own
grpc_ssl_conf_command | http server location | 2 | pairs
[ngx_http_memcached_module]
memcached_pass | location if-location | 1 | own
memcached_bind | http server location | 1,2 | bind
memcached_socket_keepalive | http server location | 1 | flag
memcached_connect_timeout | http server location | 1 | milliseconds
memcached_send_timeout | http server location | 1 | milliseconds
memcached_buffer_size | http server location | 1 | size
memcached_read_timeout | http server location | 1 | milliseconds
memcached_next_upstream | http server location | 1+ | set | error timeout invalid_response not_found off
memcached_next_upstream_tries | http server location | 1 | number
memcached_next_upstream_timeout | http server location | 1 | milliseconds
memcached_gzip_flag | http server location | 1 | number
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
[ngx_stream_module]
stream | main | 0{ | own
[ngx_stream_core_module]
variables_hash_max_size | stream | 1 | number
variables_hash_bucket_size | stream | 1 | number
server | stream | 0{ | own
listen | stream-server | 1+ | own
error_log | stream stream-server | 1+ | own
resolver | stream stream-server | 1+ | own
resolver_timeout | stream stream-server | 1 | milliseconds
proxy_protocol_timeout | stream stream-server | 1 | milliseconds
tcp_nodelay | stream stream-server | 1 | flag
preread_buffer_size | stream stream-server | 1 | size
preread_timeout | stream stream-server | 1 | milliseconds
[ngx_stream_log_module]
log_format | stream | 2+ | own
access_log | stream stream-server | 1+ | own
open_log_file_cache | stream stream-server | 1,2,3,4 | own
[ngx_stream_proxy_module]
proxy_pass | stream-server | 1 | own
proxy_bind | stream stream-server | 1,2 | bind
proxy_socket_keepalive | stream stream-server | 1 | flag
proxy_connect_timeout | stream stream-server | 1 | milliseconds
proxy_timeout | stream stream-server | 1 | milliseconds
proxy_buffer_size | stream stream-server | 1 | size
proxy_downstream_buffer | stream stream-server | 1 | size | @proxy_buffer_size
proxy_upstream_buffer | stream stream-server | 1 | size | @proxy_buffer_size
proxy_upload_rate | stream stream-server | 1 | value | size
proxy_download_rate | stream stream-server | 1 | value | size
proxy_requests | stream stream-server | 1 | number
proxy_responses | stream stream-server | 1 | number
proxy_next_upstream | stream stream-server | 1 | flag
proxy_next_upstream_tries | stream stream-server | 1 | number
proxy_next_upstream_timeout | stream stream-server | 1 | milliseconds
proxy_protocol | stream stream-server | 1 | flag
proxy_half_close | stream stream-server | 1 | flag
proxy_ssl | stream stream-server | 1 | flag
proxy_ssl_session_reuse | stream stream-server | 1 | flag
proxy_ssl_protocols | stream stream-server | 1+ | set | SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3
proxy_ssl_ciphers | stream stream-server | 1 | text
proxy_ssl_name | stream stream-server | 1 | value
proxy_ssl_server_name | stream stream-server | 1 | flag
proxy_ssl_verify | stream stream-server | 1 | flag
proxy_ssl_verify_depth | stream stream-server | 1 | number
proxy_ssl_trusted_certificate | stream stream-server | 1 | text
proxy_ssl_crl | stream stream-server | 1 | text
proxy_ssl_certificate | stream stream-server | 1 | value
proxy_ssl_certificate_key | stream stream-server | 1 | value
proxy_ssl_password_file | stream stream-server | 1 | own
proxy_ssl_conf_command | stream stream-server | 2 | pairs
[ngx_stream_upstream_module]
upstream | stream | 1{ | own
server | stream-upstream | 1+ | own
[ngx_stream_limit_conn_module]
limit_conn_zone | stream | 2 | own
limit_conn | stream stream-server | 2 | own
limit_conn_log_level | stream stream-server | 1 | choice | info notice warn error
limit_conn_dry_run | stream stream-server | 1 | flag
[ngx_stream_access_module]
allow | stream stream-server | 1 | own
deny | stream stream-server | 1 | own
[ngx_stream_realip_module]
set_real_ip_from | stream stream-server | 1 | own
[ngx_stream_geo_module]
geo | stream | 1,2{ | own
[ngx_stream_map_module]
map | stream | 2{ | own
map_hash_max_size | stream | 1 | number
map_hash_bucket_size | stream | 1 | number
[ngx_stream_split_clients_module]
split_clients | stream | 2{ | own
[ngx_stream_return_module]
return | stream-server | 1 | own
[ngx_stream_set_module]
set | stream-server | 2 | own
[ngx_stream_ssl_module]
ssl_handshake_timeout | stream stream-server | 1 | milliseconds
ssl_certificate | stream stream-server | 1 | texts
ssl_certificate_key | stream stream-server | 1 | texts
ssl_password_file | stream stream-server | 1 | own
ssl_dhparam | stream stream-server | 1 | text
ssl_ecdh_curve | stream stream-server | 1 | text
ssl_protocols | stream stream-server | 1+ | set | SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3
ssl_ciphers | stream stream-server | 1 | text
ssl_verify_client | stream stream-server | 1 | choice | off on optional optional_no_ca
ssl_verify_depth | stream stream-server | 1 | number
ssl_client_certificate | stream stream-server | 1 | text
ssl_trusted_certificate | stream stream-server | 1 | text
ssl_prefer_server_ciphers | stream stream-server | 1 | flag
ssl_session_cache | stream stream-server | 1,2 | own
ssl_session_tickets | stream stream-server | 1 | flag
ssl_session_ticket_key | stream stream-server | 1 | texts
ssl_session_timeout | stream stream-server | 1 | seconds
ssl_crl | stream stream-server | 1 | text
ssl_conf_command | stream stream-server | 2 | pairs
ssl_alpn | stream stream-server | 1+ | own
[ngx_stream_ssl_preread_module]
ssl_preread | stream stream-server | 1 | flag
[ngx_stream_upstream_hash_module]
hash | stream-upstream | 1,2 | own
[ngx_stream_upstream_least_conn_module]
least_conn | stream-upstream | 0 | own
[ngx_stream_upstream_random_module]
random | stream-upstream | 0,1,2 | own
[ngx_stream_upstream_zone_module]
zone | stream-upstream | 1,2 | own
`;

const byName = new Map<string, Directive[]>();
for (const directive of readTable(TABLE)) {
  const known = byName.get(directive.name);
  if (known === undefined) byName.set(directive.name, [directive]);
  else known.push(directive);
}

/** All directives of a name, in the order in which the modules are asked. */
export function directivesNamed(name: string): readonly Directive[] {
  return byName.get(name) ?? [];
}
/** Every name, for suggestions. */
export function directiveNames(): Iterable<string> {
  return byName.keys();
}
export function isStream(directive: Directive): boolean {
  return directive.module.startsWith('ngx_stream_');
}

function* readTable(table: string): Generator<Directive> {
  let owner = '';
  for (const line of table.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('[')) owner = line.slice(1, -1);
    else yield readRow(line, owner);
  }
}
function readRow(line: string, owner: string): Directive {
  const [name = '', contexts = '', count = '', slot = '', rest = ''] = line.split(' | ');
  const numbers = count.replace('{', '');
  const words = rest === '' ? [] : rest.split(' ');
  const target = words.find((word) => word.startsWith('@'));
  return {
    name,
    module: owner,
    contexts: contexts === '*' ? [] : (contexts.split(' ') as Context[]),
    isBlock: count.endsWith('{'),
    counts: numbers.endsWith('+') || numbers === '*' ? [] : numbers.split(',').map(Number),
    least: numbers === '*' ? 0 : numbers.endsWith('+') ? Number(numbers.slice(0, -1)) : undefined,
    slot: slot as Slot,
    words: words.filter((word) => word !== target),
    target: target === undefined ? name : target.slice(1),
  };
}

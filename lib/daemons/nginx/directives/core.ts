/** Directives of the core, events, and the core of `http`, in the form that `../directives` reads. Source: the `ngx_command_t` tables of nginx 1.22 src/core, src/event, src/http. */
export const CORE = `
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
`;

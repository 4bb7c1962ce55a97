/** Directives of the modules of `http` that pass requests on, in the form that `../directives` reads. Source: the `ngx_command_t` tables of nginx 1.22 src/http/modules. */
export const UPSTREAMS = `
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
`;

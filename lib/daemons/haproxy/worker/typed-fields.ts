/**
 * What kind of value each field of `show stat` and `show info` is, as the daemon tells with `typed`, `json` and `desc`.
 * Source: HAProxy 2.6 management guide §9.2 "Typed output format"; recorded answers.
 */

/** `position name tags type`, then the tags that another kind of object has (`B` backends, `F` frontends). */
export const STATISTICS_FIELDS = `0 pxname KNS str
1 svname KNS str
2 qcur MGP u32
3 qmax MMP u32
4 scur MGP u32
5 smax MMP u32
6 slim CLP u32
7 stot MCP u64
8 bin MCP u64
9 bout MCP u64
10 dreq MCP u64
11 dresp MCP u64
12 ereq MCP u64
13 econ MCP u64
14 eresp MCP u64
15 wretr MCP u64
16 wredis MCP u64
17 status SGP str
18 weight MaP u32
19 act SGP u32 B=MGP
20 bck SGP u32 B=MGP
21 chkfail MCP u64
22 chkdown MCP u64
23 lastchg MAP u32
24 downtime MCP u32
25 qlimit CGS u32
26 pid KGP u32
27 iid KGS u32
28 sid KGS u32
29 throttle MaP u32
30 lbtot MCP u64
31 tracked CNS str
32 type CGS u32
33 rate MRP u32 B=MGP
34 rate_lim CLP u32
35 rate_max MMP u32 B=MGP
36 check_status MOP str
37 check_code MOP u32
38 check_duration MDP u64
39 hrsp_1xx MCP u64
40 hrsp_2xx MCP u64
41 hrsp_3xx MCP u64
42 hrsp_4xx MCP u64
43 hrsp_5xx MCP u64
44 hrsp_other MCP u64
45 hanafail MCP u64
46 req_rate MRP u32
47 req_rate_max MMP u32
48 req_tot MCP u64
49 cli_abrt MCP u64
50 srv_abrt MCP u64
51 comp_in MCP u64
52 comp_out MCP u64
53 comp_byp MCP u64
54 comp_rsp MCP u64
55 lastsess MAP s32
56 last_chk MOP str
57 last_agt MOP str
58 qtime MaP u32
59 ctime MaP u32
60 rtime MaP u32
61 ttime MaP u32
62 agent_status MOP str
63 agent_code MOP u32
64 agent_duration MDP u64
65 check_desc MOP str
66 agent_desc MOP str
67 check_rise CGS u32
68 check_fall CGS u32
69 check_health CGS u32
70 agent_rise CGS u32
71 agent_fall CGS u32
72 agent_health CGS u32
73 addr CGS str
74 cookie CNS str
75 mode CGS str
76 algo CGS str
77 conn_rate MRP u32
78 conn_rate_max MMP u32
79 conn_tot MCP u64
80 intercepted MCP u64
81 dcon MCP u64
82 dses MCP u64
83 wrew MCP u64
84 connect MCP u64
85 reuse MCP u64
86 cache_lookups MCP u64
87 cache_hits MCP u64
88 srv_icur MGP u32
89 src_ilim CLP u32
90 qtime_max MMP u32
91 ctime_max MMP u32
92 rtime_max MMP u32
93 ttime_max MMP u32
94 eint MCP u64
95 idle_conn_cur MGP u32
96 safe_conn_cur MGP u32
97 used_conn_cur MGP u32
98 need_conn_est MGP u32
99 uweight MaP u32
100 agg_server_status MGP u32
101 agg_server_check_status MGP u32
102 agg_check_status MGP u32
103 ssl_sess MCP u64
104 ssl_reused_sess MCP u64
105 ssl_failed_handshake MCP u64
106 h2_headers_rcvd MCP u64
107 h2_data_rcvd MCP u64
108 h2_settings_rcvd MCP u64
109 h2_rst_stream_rcvd MCP u64
110 h2_goaway_rcvd MCP u64
111 h2_detected_conn_protocol_errors MCP u64
112 h2_detected_strm_protocol_errors MCP u64
113 h2_rst_stream_resp MCP u64
114 h2_goaway_resp MCP u64
115 h2_open_connections MGP u64
116 h2_backend_open_streams MGP u64
117 h2_total_connections MCP u64
118 h2_backend_total_streams MCP u64
119 h1_open_connections MGP u64
120 h1_open_streams MGP u64
121 h1_total_connections MCP u64
122 h1_total_streams MCP u64
123 h1_bytes_in MCP u64
124 h1_bytes_out MCP u64
125 h1_spliced_bytes_in MCP u64
126 h1_spliced_bytes_out MCP u64`;

/** `position|name|tags|type|description` */
export const INFORMATION_FIELDS = `0|Name|POS|str|Product name
1|Version|POS|str|Product version
2|Release_date|POS|str|Date of latest source code update
3|Nbthread|CGS|u32|Number of started threads (global.nbthread)
4|Nbproc|CGS|u32|Number of started worker processes (historical, always 1)
5|Process_num|KGP|u32|Relative worker process number (1)
6|Pid|SGP|u32|This worker process identifier for the system
7|Uptime|MDP|str|How long ago this worker process was started (days+hours+minutes+seconds)
8|Uptime_sec|MDP|u32|How long ago this worker process was started (seconds)
9|Memmax_MB|CLP|u32|Worker process's hard limit on memory usage in MB (-m on command line)
10|PoolAlloc_MB|MGP|u32|Amount of memory allocated in pools (in MB)
11|PoolUsed_MB|MGP|u32|Amount of pool memory currently used (in MB)
12|PoolFailed|MCP|u32|Number of failed pool allocations since this worker was started
13|Ulimit-n|CLP|u32|Hard limit on the number of per-process file descriptors
14|Maxsock|CLP|u32|Hard limit on the number of per-process sockets
15|Maxconn|CLP|u32|Hard limit on the number of per-process connections (configured or imposed by Ulimit-n)
16|Hard_maxconn|CLP|u32|Hard limit on the number of per-process connections (imposed by Memmax_MB or Ulimit-n)
17|CurrConns|MGP|u32|Current number of connections on this worker process
18|CumConns|MCP|u32|Total number of connections on this worker process since started
19|CumReq|MCP|u32|Total number of requests on this worker process since started
20|MaxSslConns|MMP|u32|Hard limit on the number of per-process SSL endpoints (front+back), 0=unlimited
21|CurrSslConns|MGP|u32|Current number of SSL endpoints on this worker process (front+back)
22|CumSslConns|MCP|u32|Total number of SSL endpoints on this worker process since started (front+back)
23|Maxpipes|CLP|u32|Hard limit on the number of pipes for splicing, 0=unlimited
24|PipesUsed|MGP|u32|Current number of pipes in use in this worker process
25|PipesFree|MGP|u32|Current number of allocated and available pipes in this worker process
26|ConnRate|MRP|u32|Number of front connections created on this worker process over the last second
27|ConnRateLimit|CLP|u32|Hard limit for ConnRate (global.maxconnrate)
28|MaxConnRate|MMP|u32|Highest ConnRate reached on this worker process since started (in connections per second)
29|SessRate|MRP|u32|Number of sessions created on this worker process over the last second
30|SessRateLimit|CLP|u32|Hard limit for SessRate (global.maxsessrate)
31|MaxSessRate|MRP|u32|Highest SessRate reached on this worker process since started (in sessions per second)
32|SslRate|MRP|u32|Number of SSL connections created on this worker process over the last second
33|SslRateLimit|CLP|u32|Hard limit for SslRate (global.maxsslrate)
34|MaxSslRate|MMP|u32|Highest SslRate reached on this worker process since started (in connections per second)
35|SslFrontendKeyRate|MGP|u32|Number of SSL keys created on frontends in this worker process over the last second
36|SslFrontendMaxKeyRate|MMP|u32|Highest SslFrontendKeyRate reached on this worker process since started (in SSL keys per second)
37|SslFrontendSessionReuse_pct|MGP|u32|Percent of frontend SSL connections which did not require a new key
38|SslBackendKeyRate|MRP|u32|Number of SSL keys created on backends in this worker process over the last second
39|SslBackendMaxKeyRate|MMP|u32|Highest SslBackendKeyRate reached on this worker process since started (in SSL keys per second)
40|SslCacheLookups|MCP|u32|Total number of SSL session ID lookups in the SSL session cache on this worker since started
41|SslCacheMisses|MCP|u32|Total number of SSL session ID lookups that didn't find a session in the SSL session cache on this worker since started
42|CompressBpsIn|MRP|u32|Number of bytes submitted to the HTTP compressor in this worker process over the last second
43|CompressBpsOut|MRP|u32|Number of bytes emitted by the HTTP compressor in this worker process over the last second
44|CompressBpsRateLim|CLP|u32|Limit of CompressBpsOut beyond which HTTP compression is automatically disabled
47|Tasks|MGP|u32|Total number of tasks in the current worker process (active + sleeping)
48|Run_queue|MGP|u32|Total number of active tasks+tasklets in the current worker process
49|Idle_pct|MaP|u32|Percentage of last second spent waiting in the current worker thread
50|node|COS|str|Node name (global.node)
51|description|COS|str|Node description (global.description)
52|Stopping|MGP|u32|1 if the worker process is currently stopping, otherwise zero
53|Jobs|MGP|u32|Current number of active jobs on the current worker process (frontend connections, master connections, listeners)
54|Unstoppable Jobs|MGP|u32|Current number of unstoppable jobs on the current worker process (master connections)
55|Listeners|MGP|u32|Current number of active listeners on the current worker process
56|ActivePeers|MGP|u32|Current number of verified active peers connections on the current worker process
57|ConnectedPeers|MGP|u32|Current number of peers having passed the connection step on the current worker process
58|DroppedLogs|MGP|u32|Total number of dropped logs for current worker process since started
59|BusyPolling|MGP|u32|1 if busy-polling is currently in use on the worker process, otherwise zero (config.busy-polling)
60|FailedResolutions|MGP|u32|Total number of failed DNS resolutions in current worker process since started
61|TotalBytesOut|MGP|u64|Total number of bytes emitted by current worker process since started
62|TotalSplicdedBytesOut|MGP|u64|Total number of bytes emitted by current worker process through a kernel pipe since started
63|BytesOutRate|MRP|u64|Number of bytes emitted by current worker process over the last second
64|DebugCommandsIssued|MGP|u32|Number of debug commands issued on this process (anything > 0 is unsafe)
65|CumRecvLogs|MCP|u32|Total number of log messages received by log-forwarding listeners on this worker process since started
66|Build info|POS|str|Build info
67|Memmax_bytes|CLP|u32|Worker process's hard limit on memory usage in byes (-m on command line)
68|PoolAlloc_bytes|MGP|u64|Amount of memory allocated in pools (in bytes)
69|PoolUsed_bytes|MGP|u64|Amount of pool memory currently used (in bytes)
70|Start_time_sec|MDP|u32|Start time in seconds
71|Tainted|SGP|str|Experimental features used`;

/** `show schema json` */
export const SCHEMA =
  '{"$schema":"http://json-schema.org/draft-04/schema#","oneOf":[{"title":"Info","type":"array","items":{"title":"InfoItem","type":"object","properties":{"field":{"$ref":"#/definitions/field"},"processNum":{"$ref":"#/definitions/processNum"},"tags":{"$ref":"#/definitions/tags"},"value":{"$ref":"#/definitions/typedValue"}},"required":["field","processNum","tags","value"]}},{"title":"Stat","type":"array","items":{"title":"InfoItem","type":"object","properties":{"objType":{"enum":["Frontend","Backend","Listener","Server","Unknown"]},"proxyId":{"type":"integer","minimum":0},"id":{"type":"integer","minimum":0},"field":{"$ref":"#/definitions/field"},"processNum":{"$ref":"#/definitions/processNum"},"tags":{"$ref":"#/definitions/tags"},"typedValue":{"$ref":"#/definitions/typedValue"}},"required":["objType","proxyId","id","field","processNum","tags","value"]}},{"title":"Error","type":"object","properties":{"errorStr":{"type":"string"}},"required":["errorStr"]}],"definitions":{"field":{"type":"object","pos":{"type":"integer","minimum":0},"name":{"type":"string"},"required":["pos","name"]},"processNum":{"type":"integer","minimum":1},"tags":{"type":"object","origin":{"type":"string","enum":["Metric","Status","Key","Config","Product","Unknown"]},"nature":{"type":"string","enum":["Gauge","Limit","Min","Max","Rate","Counter","Duration","Age","Time","Name","Output","Avg", "Unknown"]},"scope":{"type":"string","enum":["Cluster","Process","Service","System","Unknown"]},"required":["origin","nature","scope"]},"typedValue":{"type":"object","oneOf":[{"$ref":"#/definitions/typedValue/definitions/s32Value"},{"$ref":"#/definitions/typedValue/definitions/s64Value"},{"$ref":"#/definitions/typedValue/definitions/u32Value"},{"$ref":"#/definitions/typedValue/definitions/u64Value"},{"$ref":"#/definitions/typedValue/definitions/strValue"}],"definitions":{"s32Value":{"properties":{"type":{"type":"string","enum":["s32"]},"value":{"type":"integer","minimum":-2147483648,"maximum":2147483647}},"required":["type","value"]},"s64Value":{"properties":{"type":{"type":"string","enum":["s64"]},"value":{"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991}},"required":["type","value"]},"u32Value":{"properties":{"type":{"type":"string","enum":["u32"]},"value":{"type":"integer","minimum":0,"maximum":4294967295}},"required":["type","value"]},"u64Value":{"properties":{"type":{"type":"string","enum":["u64"]},"value":{"type":"integer","minimum":0,"maximum":9007199254740991}},"required":["type","value"]},"strValue":{"properties":{"type":{"type":"string","enum":["str"]},"value":{"type":"string"}},"required":["type","value"]},"unknownValue":{"properties":{"type":{"type":"integer","minimum":0},"value":{"type":"string","enum":["unknown"]}},"required":["type","value"]}}}}}';

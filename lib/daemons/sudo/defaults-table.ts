/**
 * The options that `Defaults` knows and what values they take. Recorded with sudo 1.9.13p3-1+deb12u2: `visudo -c` was
 * asked of each name bare, with `!`, with a number and with a word.
 */

/** `flag`: no value; `number`, `path`: only such; `text`: any; `maybe`: with or without one. */
export type OptionKind = 'flag' | 'number' | 'path' | 'text' | 'maybe';

const NAMES: Readonly<Record<OptionKind, string>> = {
  flag: 'always_query_group_plugin always_set_home case_insensitive_group case_insensitive_user closefrom_override compress_io env_editor env_reset exec_background fast_glob fqdn ignore_audit_errors ignore_dot ignore_iolog_errors ignore_local_sudoers ignore_logfile_errors ignore_unknown_defaults insults intercept intercept_allow_setid intercept_authenticate intercept_verify iolog_flush log_allowed log_denied log_exit_status log_host log_input log_output log_passwords log_server_keepalive log_server_verify log_stderr log_stdin log_stdout log_subcmds log_ttyin log_ttyout log_year long_otp_prompt mail_all_cmnds mail_always mail_badpass mail_no_host mail_no_perms mail_no_user match_group_by_gid netgroup_tuple noexec noninteractive_auth pam_acct_mgmt pam_rhost pam_ruser pam_session pam_setcred passprompt_override path_info preserve_groups pwfeedback requiretty root_sudo rootpw runas_allow_unknown_id runas_check_shell runaspw selinux set_logname set_utmp setenv shell_noargs stay_setuid sudoedit_checkdir sudoedit_follow syslog_pid targetpw tty_tickets umask_override use_loginclass use_netgroups use_pty user_command_timeouts utmp_runas visiblepw',
  number:
    'closefrom command_timeout iolog_mode log_server_timeout loglinelen passwd_timeout passwd_tries rlimit_as rlimit_core rlimit_cpu rlimit_data rlimit_fsize rlimit_locks rlimit_memlock rlimit_nofile rlimit_nproc rlimit_rss rlimit_stack syslog_maxlen timestamp_timeout umask',
  path: 'iolog_dir lecture_file lecture_status_dir log_server_cabundle log_server_peer_cert log_server_peer_key logfile mailerpath restricted_env_file timestampdir',
  text: 'admin_flag apparmor_profile authfail_message badpass_message env_check env_delete env_keep exempt_group iolog_file iolog_group iolog_user limitprivs log_servers mailerflags mailfrom mailsub mailto maxseq pam_askpass_service pam_login_service pam_service passprompt passprompt_regex runas_default runchroot runcwd secure_path sudoers_locale syslog_badpri syslog_goodpri timestampowner',
  maybe: 'fdexec intercept_type lecture listpw log_format syslog timestamp_type verifypw',
};
export const OPTIONS: ReadonlyMap<string, OptionKind> = new Map(
  (Object.entries(NAMES) as [OptionKind, string][]).flatMap(([kind, names]) =>
    names.split(' ').map((name): [string, OptionKind] => [name, kind]),
  ),
);
/** With `!` in front these still want a value. */
export const NEVER_OFF: ReadonlySet<string> = new Set(
  'apparmor_profile authfail_message badpass_message closefrom iolog_dir iolog_file iolog_mode lecture_status_dir limitprivs mailsub maxseq pam_askpass_service pam_login_service pam_service passprompt passwd_tries runas_default sudoers_locale syslog_maxlen timestampdir timestampowner'.split(
    ' ',
  ),
);

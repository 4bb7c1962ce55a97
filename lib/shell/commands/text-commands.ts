/** The tools that work on text, in the order of the manual's index. */
import { awk } from './awk/awk';
import { base32, base64 } from './base64';
import { basenc } from './basenc';
import { bc } from './bc/bc';
import { cat } from './cat';
import { b2sum, md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum } from './checksum/checksum';
import { cksum, sum } from './checksum/cksum';
import { colrm } from './colrm';
import { column } from './column';
import { comm } from './comm';
import { csplit } from './csplit';
import { cut } from './cut';
import { expand, unexpand } from './expand';
import { envsubst } from './envsubst';
import { expr } from './expr';
import { factor } from './factor';
import { fmt } from './fmt';
import { fold } from './fold';
import { cmp } from './diff/cmp';
import { diff, sdiff } from './diff/diff';
import { hd, hexdump } from './dump/hexdump';
import { od } from './dump/od';
import { strings } from './dump/strings';
import { xxd } from './dump/xxd';
import { egrep, fgrep, grep, rgrep } from './grep/grep';
import { head } from './head';
import { iconv } from './iconv';
import { join } from './join';
import { jq } from './jq/jq';
import { nl } from './nl';
import { numfmt } from './numfmt';
import { less } from './less/less';
import { more } from './more';
import { paste } from './paste';
import { patch } from './patch/patch';
import { pr } from './pr';
import { rev } from './rev';
import { sed } from './sed/sed';
import { seq } from './seq';
import { shuf } from './shuf';
import { sort } from './sort/sort';
import { split } from './split';
import { tac } from './tac';
import { tail } from './tail';
import { tee } from './tee';
import type { Command } from './tool';
import { tr } from './tr';
import { tsort } from './tsort';
import { uniq } from './uniq';
import { wc } from './wc';
import { xargs } from './xargs';
import { yes } from './yes';

export const TEXT_COMMANDS: readonly Command[] = [
  awk,
  base32,
  b2sum,
  base64,
  basenc,
  bc,
  cat,
  cksum,
  cmp,
  colrm,
  column,
  comm,
  csplit,
  cut,
  diff,
  egrep,
  envsubst,
  expand,
  expr,
  factor,
  fgrep,
  fmt,
  fold,
  grep,
  hd,
  head,
  hexdump,
  iconv,
  join,
  jq,
  less,
  md5sum,
  more,
  nl,
  numfmt,
  od,
  paste,
  patch,
  pr,
  rev,
  rgrep,
  sdiff,
  sed,
  seq,
  sha1sum,
  sha224sum,
  sha256sum,
  sha384sum,
  sha512sum,
  shuf,
  sort,
  split,
  strings,
  sum,
  tac,
  tail,
  tee,
  tr,
  tsort,
  unexpand,
  uniq,
  wc,
  xargs,
  xxd,
  yes,
];

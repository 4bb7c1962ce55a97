/** The tools that work on text, in the order of the manual's index. */
import { awk } from './awk/awk';
import { bc } from './bc/bc';
import { cat } from './cat';
import { column } from './column';
import { comm } from './comm';
import { csplit } from './csplit';
import { cut } from './cut';
import { expand, unexpand } from './expand';
import { factor } from './factor';
import { fmt } from './fmt';
import { fold } from './fold';
import { cmp } from './diff/cmp';
import { diff } from './diff/diff';
import { egrep, fgrep, grep, rgrep } from './grep/grep';
import { head } from './head';
import { join } from './join';
import { jq } from './jq/jq';
import { nl } from './nl';
import { paste } from './paste';
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
import { yes } from './yes';

export const TEXT_COMMANDS: readonly Command[] = [
  awk,
  bc,
  cat,
  cmp,
  column,
  comm,
  csplit,
  cut,
  diff,
  egrep,
  expand,
  factor,
  fgrep,
  fmt,
  fold,
  grep,
  head,
  join,
  jq,
  nl,
  paste,
  rev,
  rgrep,
  sed,
  seq,
  shuf,
  sort,
  split,
  tac,
  tail,
  tee,
  tr,
  tsort,
  unexpand,
  uniq,
  wc,
  yes,
];

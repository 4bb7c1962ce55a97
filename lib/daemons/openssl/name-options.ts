/** -nameopt: how names are printed. Source: openssl-namedisplay-options(1). */
import { type Name, nameCompat, nameOneLine, nameRfc2253 } from '../../protocols/x509/index';
import type { Options } from './options';
import type { Session, Step } from './session';

const STYLES: Readonly<Record<string, (name: Name) => string>> = {
  oneline: nameOneLine,
  RFC2253: nameRfc2253,
  compat: nameCompat,
};

/** The way asked for; `CN = shop.example` unless told otherwise. Not modelled: other styles and single flags. */
export function* nameStyle(session: Session, options: Options): Step<(name: Name) => string> {
  const asked = options.value('nameopt');
  if (asked === undefined) return nameOneLine;
  const style = STYLES[asked.split(',')[0] ?? ''];
  return style ?? (yield* session.notModelled(`-nameopt ${asked}`));
}

/** What stands in braces: steps up to the closing one, with variables of their own. Source: nft(8) "INPUT FILE FORMATS". */
import { Scope } from './expressions';
import { StatementParser } from './statements';
import { SyntaxTrouble } from './stream';
import type { Command, Place, Problem } from './tree';

const AFTER_BLOCK = ['newline', 'semicolon'];

/** Bodies of sets may stand in chains' files thousands of times: nothing here is recursive but tables in files. */
export class BlockReader extends StatementParser {
  protected readonly commands: Command[] = [];

  protected guarded(step: () => void): boolean {
    step();
    return true;
  }
  protected complain(problem: Problem): void {
    throw new SyntaxTrouble(problem);
  }
  protected common(): boolean {
    return false;
  }
  /**
   * `{ … }`: steps until the closing brace, each guarded; variables inside are
   * the block's own. Behind the brace of an inner block the line must end; if it
   * does not, the block is open again, as for bison, which gives up the brace to
   * find a place where it can go on.
   */
  protected block(isInner: boolean, step: () => void): void {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    const outer = this.scope;
    this.scope = new Scope(outer);
    const once = (): boolean => {
      if (!stream.at('}')) {
        if (stream.atSeparator) stream.next();
        else if (!this.common()) step();
        return false;
      }
      this.body = stream.since(start);
      stream.next();
      if (isInner && !stream.atSeparator) throw stream.unexpected(...AFTER_BLOCK);
      return true;
    };
    let isDone = false;
    const guarded = (): void => {
      isDone = once();
    };
    while (!isDone) {
      if (stream.peek().kind === 'end' || !this.guarded(guarded)) {
        this.scope = outer;
        throw this.#openAtEnd();
      }
    }
    this.scope = outer;
  }
  /** The last block without its closing brace. */
  protected body: Place | undefined;
  protected saidEnd = false;
  /** The text ended in the middle; that is said once, whatever is open. */
  #openAtEnd(): SyntaxTrouble {
    const before = this.saidEnd;
    this.saidEnd = true;
    return before ? new SyntaxTrouble(undefined) : this.stream.unexpected();
  }
  protected separator(...orElse: readonly string[]): void {
    const { stream } = this;
    if (!stream.atSeparator) throw stream.unexpected('newline', 'semicolon', ...orElse);
    stream.next();
  }

  /** What is not modelled is named once: the rest of it, with its block, is passed over. */
  protected skipRest(): void {
    const { stream } = this;
    for (let depth = 0; stream.peek().kind !== 'end'; stream.next()) {
      if (depth === 0 && (stream.atSeparator || stream.at('}'))) return;
      if (stream.at('{')) depth++;
      else if (stream.at('}')) depth--;
    }
  }
}

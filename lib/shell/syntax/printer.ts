/**
 * Prints trees as bash does (`declare -f`, `type`, and the text bash keeps of a
 * `$( )`): in a function's body each command on a line of its own, elsewhere
 * `; ` between commands.
 */
import type {
  Command,
  CommandList,
  ConditionalExpression,
  FunctionDefinition,
  ListItem,
  Redirect,
} from './tree';
import { unreachable } from '../../std/assert';

/** A list in one line where it can be, its own newlines kept. */
export function printList(list: CommandList): string {
  const printer = new Printer({ substitution: true });
  printer.list(list);
  return printer.finish();
}

/** One command in one line where it can be: what `$BASH_COMMAND` and `jobs` show. */
export function printCommand(command: Command): string {
  const printer = new Printer({ substitution: false });
  printer.command(command);
  return printer.finish();
}

/** What `$BASH_COMMAND` shows: of a loop and a `case` only the head. */
export function printHead(command: Command): string {
  const text = printCommand(command);
  switch (command.type) {
    case 'for':
    case 'select':
    case 'case':
      return (text.split('\n')[0] ?? '').replace(/;$/, '');
    default:
      return text;
  }
}

/** `name () \n{ … }`. */
export function printFunction(name: string, definition: FunctionDefinition): string {
  const printer = new Printer({ substitution: false });
  printer.functionBody(`${name} () \n`, definition);
  return printer.finish();
}

/** `() {  … }`: the value of the variable in which an exported function travels. */
export function printExportedFunction(definition: FunctionDefinition): string {
  const printer = new Printer({ substitution: false, flat: true });
  printer.functionBody('() ', definition);
  return printer.finish().replace('{ \n', '{ ');
}

class Printer {
  #out = '';
  #indentation = 0;
  #skipIndent = 0;
  #inFunction = 0;
  #documents: Redirect[] = [];
  /** A document has been printed since the last command that is divided from its next: bash forgets a semicolon then. */
  #wasDocument = false;

  /** `flat`: one blank for any depth. */
  constructor(private readonly options: { readonly substitution: boolean; readonly flat?: true }) {}

  finish(): string {
    this.#flushDocuments('');
    return this.#out;
  }

  #indent(): void {
    this.#out += ' '.repeat(this.options.flat === true ? Math.min(1, this.#indentation) : this.#indentation);
  }

  #newline(text: string): void {
    this.#out += '\n';
    this.#indent();
    this.#out += text;
  }

  #semicolon(): void {
    if (!/[&\n]$/.test(this.#out)) this.#out += ';';
  }

  /** Bodies of here-documents follow the line that asks for them. */
  #flushDocuments(after: string): boolean {
    if (this.#documents.length === 0) return false;
    const bodies = this.#documents
      .splice(0)
      .map(({ hereDocument }) => `${hereDocument?.text ?? ''}${hereDocument?.delimiter ?? ''}\n`);
    this.#out = `${this.#out}${after}\n${bodies.join('')}`;
    this.#wasDocument = true;
    return true;
  }

  list(list: CommandList): void {
    list.items.forEach((item, index) => {
      this.command(item.command);
      if (index === list.items.length - 1) {
        if (item.background) this.#out += ' &';
      } else this.#connect(item);
    });
  }

  #connect(item: ListItem): void {
    if (item.background) {
      this.#out += ' & ';
      this.#skipIndent++;
      return;
    }
    if (this.#flushDocuments('')) {
      if (this.#inFunction === 0) this.#skipIndent++;
      else this.#out += '\n';
      return;
    }
    const keepsLine = item.newline === true && this.options.substitution;
    if (this.#wasDocument && this.#inFunction > 0) this.#wasDocument = false;
    else if (!keepsLine) this.#semicolon();
    if (this.#inFunction > 0 || keepsLine) this.#out += '\n';
    else this.#out += ' ';
    if (this.#inFunction === 0) this.#skipIndent++;
  }

  /** Prints without the indentation that begins a command's line. */
  #inline(print: () => void): void {
    this.#skipIndent++;
    print();
  }

  command(command: Command): void {
    switch (command.type) {
      case 'list':
        this.list(command);
        return;
      case 'and-or':
        this.command(command.first);
        for (const { operator, command: next } of command.rest) {
          this.#out += ` ${operator} `;
          this.#inline(() => this.command(next));
        }
        return;
      case 'pipeline':
        this.#pipeline(command);
        return;
      default:
        this.#beginLine();
        this.#single(command);
    }
  }

  #beginLine(): void {
    if (this.#skipIndent > 0) this.#skipIndent--;
    else this.#indent();
  }

  #pipeline(command: Command & { type: 'pipeline' }): void {
    const prefix = `${command.timed === 'no' ? '' : command.timed === 'posix' ? 'time -p ' : 'time '}${command.negated ? '! ' : ''}`;
    if (prefix !== '' || command.commands.length === 0) {
      this.#beginLine();
      this.#out += command.commands.length === 0 ? prefix.trimEnd() : prefix;
      if (command.commands.length > 0) this.#skipIndent++;
    }
    command.commands.forEach((part, index) => {
      if (index > 0) this.#skipIndent++;
      this.command(part);
      if (index === command.commands.length - 1) return;
      if (command.withErrors[index] === true) this.#out += ' 2>&1';
      this.#out += ' |';
      if (!this.#flushDocuments('')) this.#out += ' ';
      else this.#out += '  ';
    });
  }

  #single(command: Exclude<Command, { type: 'list' | 'and-or' | 'pipeline' }>): void {
    switch (command.type) {
      case 'simple':
        this.#out += command.words.map((word) => word.text).join(' ');
        this.#redirects(command.redirects, command.words.length > 0);
        return;
      case 'function':
        this.functionBody(`function ${command.name.text} () \n`, command);
        return;
      case 'coproc':
        this.#out += `coproc ${command.name} `;
        this.#inline(() => this.command(command.body));
        return;
      default:
        this.#compound(command);
        this.#redirects(command.redirects, true);
    }
  }

  #compound(
    command: Exclude<Command, { type: 'list' | 'and-or' | 'pipeline' | 'simple' | 'function' | 'coproc' }>,
  ): void {
    switch (command.type) {
      case 'group':
        this.#group(command.body);
        return;
      case 'subshell':
        this.#out += '( ';
        this.#inline(() => this.list(command.body));
        this.#flushDocuments('');
        this.#out += ' )';
        return;
      case 'if':
        this.#if(command, 0);
        return;
      case 'while':
      case 'until':
        this.#out += `${command.type} `;
        this.#inline(() => this.list(command.test));
        this.#flushDocuments('');
        this.#semicolon();
        this.#out += ' do\n';
        this.#block(command.body);
        this.#semicolon();
        this.#newline('done');
        return;
      case 'for':
      case 'select':
        this.#out += `${command.type} ${command.name.text} in ${command.words.map((word) => word.text).join(' ')};`;
        this.#loopBody(command.body);
        return;
      case 'arithmetic-for':
        this.#out += `for ((${command.start.text}; ${command.test.text}; ${command.step.text}))`;
        this.#loopBody(command.body);
        return;
      case 'case':
        this.#case(command);
        return;
      case 'arithmetic':
        this.#out += `((${command.expression.text}))`;
        return;
      case 'conditional':
        this.#out += `[[ ${printCondition(command.expression)} ]]`;
        return;
      default:
        unreachable(command);
    }
  }

  #block(body: CommandList): void {
    this.#indentation += 4;
    this.list(body);
    this.#flushDocuments('');
    this.#indentation -= 4;
  }

  #loopBody(body: CommandList): void {
    this.#newline('do\n');
    this.#block(body);
    this.#semicolon();
    this.#newline('done');
  }

  #if(command: Command & { type: 'if' }, from: number): void {
    const branch = command.branches[from];
    if (branch === undefined) return;
    this.#out += 'if ';
    this.#inline(() => this.list(branch.test));
    this.#semicolon();
    this.#out += ' then\n';
    this.#block(branch.body);
    const isLast = from === command.branches.length - 1;
    if (!isLast || command.otherwise !== undefined) {
      this.#semicolon();
      this.#newline('else\n');
      if (isLast) this.#block(command.otherwise ?? { type: 'list', items: [] });
      else {
        this.#indentation += 4;
        this.#indent();
        this.#if(command, from + 1);
        this.#indentation -= 4;
      }
    }
    this.#semicolon();
    this.#newline('fi');
  }

  #case(command: Command & { type: 'case' }): void {
    this.#out += `case ${command.subject.text} in `;
    this.#indentation += 4;
    for (const clause of command.clauses) {
      this.#newline(`${clause.patterns.map((pattern) => pattern.text).join(' | ')})\n`);
      if (clause.body !== undefined) this.#block(clause.body);
      this.#newline(clause.ending);
    }
    this.#indentation -= 4;
    this.#newline('esac');
  }

  #group(body: CommandList): void {
    this.#out += '{ ';
    if (this.#inFunction === 0) {
      this.#inline(() => this.list(body));
      this.#flushDocuments('');
      this.#semicolon();
      this.#out += ' }';
      return;
    }
    this.#out += '\n';
    this.#block(body);
    this.#newline('}');
  }

  functionBody(head: string, definition: FunctionDefinition): void {
    this.#out += head;
    this.#indent();
    this.#out += '{ \n';
    this.#inFunction++;
    this.#indentation += 4;
    const { body } = definition;
    if (body.type === 'group') this.list(body.body);
    else this.command(body);
    this.#flushDocuments('');
    this.#indentation -= 4;
    this.#inFunction--;
    this.#newline('}');
    if (body.type === 'group') this.#redirects(body.redirects, true);
  }

  #redirects(redirects: readonly Redirect[], spaced: boolean): void {
    redirects.forEach((redirect, index) => {
      this.#out += `${spaced || index > 0 ? ' ' : ''}${printRedirect(redirect)}`;
      if (redirect.hereDocument !== undefined) this.#documents.push(redirect);
    });
  }
}

function printRedirect(redirect: Redirect): string {
  const { operator, variable, target } = redirect;
  const fd = (normal: number): string =>
    variable !== undefined
      ? `{${variable}}`
      : redirect.fd === undefined || redirect.fd === normal
        ? ''
        : String(redirect.fd);
  const always = (normal: number): string =>
    variable !== undefined ? `{${variable}}` : String(redirect.fd ?? normal);
  switch (operator) {
    case '<':
      return `${fd(0)}< ${target.text}`;
    case '>':
    case '>>':
    case '>|':
      return `${fd(1)}${operator} ${target.text}`;
    case '<>':
      return `${always(0)}<> ${target.text}`;
    case '<<':
    case '<<-': {
      const { hereDocument } = redirect;
      const word =
        hereDocument?.literal === true
          ? `'${hereDocument.delimiter}'`
          : (hereDocument?.delimiter ?? target.text);
      return `${fd(0)}${operator}${word}`;
    }
    case '<<<':
      return `${fd(0)}<<< ${target.text}`;
    case '<&':
      return target.text === '-' ? `${always(0)}>&-` : `${always(0)}<&${target.text}`;
    case '>&':
      return `${always(1)}>&${target.text}`;
    case '&>':
    case '&>>':
      return `${operator} ${target.text}`;
  }
}

export function printCondition(expression: ConditionalExpression): string {
  switch (expression.type) {
    case 'and':
      return `${printCondition(expression.left)} && ${printCondition(expression.right)}`;
    case 'or':
      return `${printCondition(expression.left)} || ${printCondition(expression.right)}`;
    case 'not':
      return `! ${printCondition(expression.inner)}`;
    case 'parenthesis':
      return `( ${printCondition(expression.inner)} )`;
    case 'unary':
      return `${expression.operator} ${expression.operand.text}`;
    case 'binary':
      return `${expression.left.text} ${expression.operator} ${expression.right.text}`;
    case 'word':
      return `-n ${expression.word.text}`;
  }
}

import type { Action } from '@ovnkube/openflow';
import type { FieldReference } from '../symbol.ts';
import type { EncodeContext } from './encode-context.ts';
import type { ActionParser } from './parser.ts';

/** A parsed OVN action. */
export interface OvnAction {
  /** The action's keyword: `ct_next`, `lookup_arp`; `set`, `move` and `exchange` for assignments. */
  readonly type: string;
  /** What was parsed, as plain data, for tools. */
  readonly data: object;
  /** The canonical text, `;` included. */
  print(): string;
  /** The OpenFlow actions; none where the action does nothing on this chassis. */
  encode(context: EncodeContext): readonly Action[];
}

/** How one kind of action is printed and encoded. */
export interface ActionForm<Data extends object> {
  readonly print: (data: Data) => string;
  readonly encode: (data: Data, context: EncodeContext) => readonly Action[];
}

/** An action that stands for itself: `ct_next;`, `clone { … };`. The parser is behind the keyword. */
export interface StatementDefinition {
  readonly kind: 'statement';
  readonly keyword: string;
  /** Undefined: the statement is valid and does nothing. */
  readonly parse: (parser: ActionParser) => OvnAction | undefined;
}

/** An action that stores its result in a field: `reg0[0] = dns_lookup();`. The parser is at the keyword, which `(` follows. */
export interface ValueDefinition {
  readonly kind: 'value';
  readonly keyword: string;
  /** The keyword alone decides, whatever follows it. */
  readonly anyFollower?: boolean;
  readonly parse: (parser: ActionParser, destination: FieldReference) => OvnAction;
}

/** An action by keyword. A vendor's own are made with {@link statement} and {@link value}. */
export type ActionDefinition = StatementDefinition | ValueDefinition;

/** An action made of its data and the form of its kind. */
export function ovnAction<Data extends object>(
  type: string,
  data: Data,
  { print, encode }: ActionForm<Data>,
): OvnAction {
  return { type, data, print: () => print(data), encode: (context) => encode(data, context) };
}

/** Defines a statement. */
export function statement<Data extends object>(
  keyword: string,
  form: ActionForm<Data> & { readonly parse: (parser: ActionParser) => Data | undefined },
): StatementDefinition {
  return {
    kind: 'statement',
    keyword,
    parse: (parser) => {
      const data = form.parse(parser);
      return data === undefined ? undefined : ovnAction(keyword, data, form);
    },
  };
}

/** Defines an action with a result. */
export function value<Data extends object>(
  keyword: string,
  form: ActionForm<Data> & {
    readonly parse: (parser: ActionParser, destination: FieldReference) => Data;
    readonly anyFollower?: boolean;
  },
): ValueDefinition {
  return {
    kind: 'value',
    keyword,
    anyFollower: form.anyFollower ?? false,
    parse: (parser, destination) => ovnAction(keyword, form.parse(parser, destination), form),
  };
}

/** Actions by keyword. Immutable; `extend` makes a larger set. */
export class ActionSet {
  private readonly statements = new Map<string, StatementDefinition>();
  private readonly values = new Map<string, ValueDefinition>();

  constructor(definitions: Iterable<ActionDefinition>, base?: ActionSet) {
    for (const definition of base ?? []) this.add(definition);
    for (const definition of definitions) this.add(definition);
  }

  statement(keyword: string): StatementDefinition | undefined {
    return this.statements.get(keyword);
  }

  value(keyword: string): ValueDefinition | undefined {
    return this.values.get(keyword);
  }

  *[Symbol.iterator](): Iterator<ActionDefinition> {
    yield* this.statements.values();
    yield* this.values.values();
  }

  /** A set with more actions; a keyword that is there already is replaced. */
  extend(definitions: Iterable<ActionDefinition>): ActionSet {
    return new ActionSet(definitions, this);
  }

  private add(definition: ActionDefinition): void {
    if (definition.kind === 'statement') this.statements.set(definition.keyword, definition);
    else this.values.set(definition.keyword, definition);
  }
}

/** The canonical text of a list of actions; `drop;` if it is empty. */
export function printActions(actions: readonly OvnAction[]): string {
  return actions.length === 0 ? 'drop;' : actions.map((action) => action.print()).join(' ');
}

/** The OpenFlow actions of a list. */
export function encodeActionList(actions: readonly OvnAction[], context: EncodeContext): Action[] {
  return actions.flatMap((action) => action.encode(context));
}

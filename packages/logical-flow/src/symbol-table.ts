import { fieldNamed } from '@ovnkube/openflow';
import { isLogicalFlowError, LogicalFlowError } from './error.ts';
import { type Expression, isComparison } from './expr/expression.ts';
import { parseExpression } from './expr/parse.ts';
import { parseFieldReference } from './field-reference.ts';
import { Lexer } from './lexer.ts';
import {
  formatField,
  type MeasurementLevel,
  type OvnSymbol,
  type SymbolDefinition,
  type WriteScope,
} from './symbol.ts';

/** The level of a predicate: nominal if anything in it is, else Boolean. */
function expressionLevel(expression: Expression): MeasurementLevel {
  if (isComparison(expression)) return expression.symbol.level === 'nominal' ? 'nominal' : 'Boolean';
  if (expression.kind !== 'and' && expression.kind !== 'or') return 'Boolean';
  return expression.terms.some((term) => expressionLevel(term) === 'nominal') ? 'nominal' : 'Boolean';
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}

/**
 * The symbols that matches and actions may use. It is made from definitions in order: what a definition refers to must stand
 * before it (prerequisites may refer to anything). Immutable; `extend` makes a larger one.
 */
export class SymbolTable {
  readonly expansions = new Map<string, Expression>();
  private readonly symbols = new Map<string, OvnSymbol>();

  constructor(definitions: Iterable<SymbolDefinition>, base?: SymbolTable) {
    if (base !== undefined) for (const symbol of base) this.symbols.set(symbol.name, symbol);
    for (const definition of definitions) this.add(definition);
  }

  /** The symbol of this name. */
  get(name: string): OvnSymbol | undefined {
    return this.symbols.get(name);
  }

  [Symbol.iterator](): Iterator<OvnSymbol> {
    return this.symbols.values();
  }

  /** A table with more symbols. */
  extend(definitions: Iterable<SymbolDefinition>): SymbolTable {
    return new SymbolTable(definitions, this);
  }

  private add(definition: SymbolDefinition): void {
    const { name } = definition;
    if (this.symbols.has(name)) throw new LogicalFlowError('definition', `The symbol ${name} is defined twice.`);
    try {
      this.symbols.set(name, this.make(definition));
    } catch (error) {
      if (!isLogicalFlowError(error)) throw error;
      throw new LogicalFlowError('definition', `The symbol ${name} is not valid: ${error.message}`, { cause: error });
    }
  }

  private make(definition: SymbolDefinition): OvnSymbol {
    const { name } = definition;
    switch (definition.kind) {
      case 'field':
      case 'string': {
        const field = fieldNamed(definition.field);
        const isString = definition.kind === 'string';
        const scope = definition.kind === 'field' ? (definition.scope ?? 'default') : 'default';
        return {
          name,
          width: isString ? 0 : field.width,
          level: !isString && field.maskable ? 'ordinal' : 'nominal',
          crossProduct: definition.kind === 'field' && (definition.crossProduct ?? false),
          writable: field.writable ? [scope] : none,
          field: field.name,
          ...optional('prerequisites', definition.prerequisites),
        };
      }
      case 'subfield':
        return this.makeSubfield(name, definition.of, definition.scope ?? 'default', definition.prerequisites);
      case 'predicate': {
        const level = expressionLevel(parseExpression(definition.expansion, { symbols: this }));
        return { name, width: 1, level, crossProduct: false, writable: none, predicate: definition.expansion };
      }
      case 'ovnField': {
        const { id, width } = definition;
        return {
          name,
          width,
          level: 'nominal',
          crossProduct: false,
          writable: ['default', 'ct_commit'],
          ovnField: { id, width },
        };
      }
    }
  }

  private makeSubfield(name: string, of: string, scope: WriteScope, prerequisites: string | undefined): OvnSymbol {
    const lexer = new Lexer(of);
    const { symbol, offset, width } = parseFieldReference(lexer, this);
    lexer.force('end');
    if (symbol.level !== 'ordinal') {
      throw new LogicalFlowError(
        'definition',
        `can't define ${name} as subfield of ${symbol.level} field ${symbol.name}`,
      );
    }
    return {
      name,
      width,
      level: 'ordinal',
      crossProduct: false,
      writable: symbol.writable.length > 0 ? [scope] : none,
      parent: { symbol, offset },
      ...optional('prerequisites', prerequisites),
    };
  }
}

const none: readonly WriteScope[] = [];

/** What a symbol stands for, as OVN's `dump-symtab` prints it: `xxreg0[96..127]`, `eth.type == 0x800`, `NXM_NX_CT_MARK`. */
export function formatSymbol(symbol: OvnSymbol): string {
  const { parent, predicate, field } = symbol;
  if (parent !== undefined) return formatField({ symbol: parent.symbol, offset: parent.offset, width: symbol.width });
  if (predicate !== undefined) return predicate;
  if (field === undefined) return symbol.name;
  return fieldNamed(field).forms.at(-1)?.name ?? field;
}

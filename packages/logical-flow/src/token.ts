import { type ConstantFormat, formatInteger, formatString } from './constant.ts';

/** Punctuation, by its own text. */
export const PUNCTUATION = [
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  '==',
  '!=',
  '<=',
  '>=',
  '<->',
  '<',
  '>',
  '!',
  '&&',
  '||',
  '..',
  ',',
  ';',
  '=',
  '--',
  '-',
  ':',
] as const;

/** A punctuation mark of the language. */
export type Punctuation = (typeof PUNCTUATION)[number];

interface At {
  /** Where the token's text begins and ends in the input. */
  readonly start: number;
  readonly end: number;
}

/** A token with a name or a text: `id` foo, `string` "foo", `macro` $foo, `portGroup` @foo, `template` ^foo, `error`. */
export interface TextToken extends At {
  readonly kind: 'id' | 'string' | 'macro' | 'portGroup' | 'template' | 'error';
  readonly text: string;
}

/** An integer constant, perhaps with a mask. */
export interface IntegerToken extends At {
  readonly kind: 'integer';
  readonly value: bigint;
  readonly mask?: bigint;
  readonly format: ConstantFormat;
}

/** Punctuation, or the end of the input. */
export interface PlainToken extends At {
  readonly kind: Punctuation | 'end';
}

/** A token of the expression and action language. An `error` token's text says what is wrong. */
export type Token = TextToken | IntegerToken | PlainToken;

const sigils = { macro: '$', portGroup: '@', template: '^' } as const;

/** The token as it can be read again; `error("…")` and `$` (the end) cannot. */
export function formatToken(token: Token): string {
  switch (token.kind) {
    case 'end':
      return '$';
    case 'id':
      return token.text;
    case 'error':
      return `error(${formatString(token.text)})`;
    case 'string':
      return formatString(token.text);
    case 'macro':
    case 'portGroup':
    case 'template':
      return `${sigils[token.kind]}${token.text}`;
    case 'integer': {
      const { value, mask, format } = token;
      return formatInteger({ kind: 'integer', value, format, ...(mask === undefined ? {} : { mask }) });
    }
    default:
      return token.kind;
  }
}

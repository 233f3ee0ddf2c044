import { lexToken } from './lex.ts';

/** A text with its `^name` variables put in, and the names that were looked up. */
export interface Expanded {
  readonly text: string;
  readonly variables: ReadonlySet<string>;
}

/**
 * Replaces `^name` by the variable's value (OVN_Southbound Chassis_Template_Var); a variable that is not known stays, and is then
 * a syntax error. What is inside quotes is left alone.
 */
export function expandTemplates(text: string, variable: (name: string) => string | undefined): Expanded {
  const variables = new Set<string>();
  if (!text.includes('^')) return { text, variables };
  let expanded = '';
  let from = 0;
  for (let token = lexToken(text, 0); token.kind !== 'end'; token = lexToken(text, token.end)) {
    if (token.kind !== 'template') continue;
    variables.add(token.text);
    const value = variable(token.text);
    if (value === undefined) continue;
    expanded += text.slice(from, token.start) + value;
    from = token.end;
  }
  return { text: expanded + text.slice(from), variables };
}

// Finds bind markers in CQL text and turns the `%s` and `%(name)s` of the model documents into them. Text inside literals,
// quoted names, `$$` blocks and comments is never a marker. No value is ever put into the text.
import { quoteIdentifier } from '../types/identifier.ts';
import type { Params } from '../types/cql-value.ts';

/** The markers of a text, as they stand in it. */
export interface Markers {
  /** How many `?` there are. */
  readonly positional: number;
  /** The names of all `:name`, in order, with repetitions. */
  readonly named: readonly string[];
}

interface Token {
  readonly kind: 'question' | 'colon' | 'percent' | 'percentNamed';
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Finds the `?` and `:name` of a text. */
export function findMarkers(text: string): Markers {
  const tokens = scanMarkers(text);
  return {
    positional: tokens.filter(({ kind }) => kind === 'question').length,
    named: tokens.filter(({ kind }) => kind === 'colon').map(({ name }) => name),
  };
}

/**
 * Turns `%s` into `?` and `%(name)s` into `:name` where they match the parameters exactly: as many `%s` as values in an array,
 * the same set of names as in an object. Only then `%%` becomes `%`, everywhere, as in the Python driver. Any other text is
 * returned as it is, for `%` is also an operator of CQL.
 */
export function rewritePercentMarkers(text: string, params: Params | undefined): string {
  if (params === undefined || !text.includes('%')) return text;
  const tokens = scanMarkers(text);
  const first = tokens[0];
  if (first === undefined || !tokens.every(({ kind }) => kind === first.kind) || !matches(tokens, first.kind, params))
    return text;
  return substitute(text, tokens, ({ kind, name }) => (kind === 'percent' ? '?' : `:${quoteIdentifier(name)}`));
}

/**
 * Puts text in the place of each `%s`, for which `textOf` is called without a name, and each `%(name)s`; every `%%` becomes `%`.
 * Other markers stay.
 */
export function replacePercentMarkers(text: string, textOf: (name: string | undefined) => string): string {
  const tokens = scanMarkers(text).filter(({ kind }) => kind === 'percent' || kind === 'percentNamed');
  return substitute(text, tokens, ({ kind, name }) => textOf(kind === 'percent' ? undefined : name));
}

function substitute(text: string, tokens: readonly Token[], textOf: (token: Token) => string): string {
  let substituted = '';
  let copied = 0;
  for (const token of tokens) {
    substituted += withoutDoubling(text.slice(copied, token.start)) + textOf(token);
    copied = token.end;
  }
  return substituted + withoutDoubling(text.slice(copied));
}

function matches(tokens: readonly Token[], kind: Token['kind'], params: Params): boolean {
  if (Array.isArray(params)) return kind === 'percent' && tokens.length === params.length;
  const names = new Set(tokens.map(({ name }) => name));
  const given = Object.keys(params);
  return kind === 'percentNamed' && given.length === names.size && given.every((name) => names.has(name));
}

function withoutDoubling(text: string): string {
  return text.replaceAll('%%', '%');
}

/** Walks over the text once. Literals and comments that do not end reach to the end of the text. */
function scanMarkers(text: string): Token[] {
  const tokens: Token[] = [];
  let braces = 0;
  // Whether the last thing seen is a value or a name: in braces, a colon behind one separates key and value.
  let afterTerm = false;
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    const passive = endOfPassive(text, at);
    if (passive > at) {
      if (char !== '-' && char !== '/') afterTerm = true;
      at = passive;
      continue;
    }
    const token = braces > 0 && afterTerm && char === ':' ? undefined : markerAt(text, at);
    if (token !== undefined) {
      tokens.push(token);
      afterTerm = true;
      at = token.end;
      continue;
    }
    if (char === '{') braces++;
    if (char === '}') braces--;
    if (!isBlankAt(text, at)) afterTerm = char === ')' || char === ']' || char === '}';
    at += text.startsWith('%%', at) ? 2 : 1;
  }
  return tokens;
}

/** Where the literal, quoted name, comment or word ends that starts here; `at` itself if none does. */
function endOfPassive(text: string, at: number): number {
  const char = text[at] as string;
  switch (char) {
    case "'":
    case '"':
      return endOfQuoted(text, at, char);
    case '$':
      return text[at + 1] === '$' ? endAfter(text, '$$', at + 2) : at;
    case '-':
      return text[at + 1] === '-' ? endOfLine(text, at) : at;
    case '/':
      if (text[at + 1] === '/') return endOfLine(text, at);
      return text[at + 1] === '*' ? endAfter(text, '*/', at + 2) : at;
    default:
      return isWordAt(text, at) ? endOfWord(text, at) : at;
  }
}

/** The marker that starts here. */
function markerAt(text: string, start: number): Token | undefined {
  switch (text[start]) {
    case '?':
      return { kind: 'question', name: '', start, end: start + 1 };
    case ':':
      return colonMarkerAt(text, start);
    case '%':
      return percentMarkerAt(text, start);
    default:
      return undefined;
  }
}

function colonMarkerAt(text: string, start: number): Token | undefined {
  let from = start + 1;
  while (isBlankAt(text, from)) from++;
  if (text[from] === '"') {
    const end = endOfQuoted(text, from, '"');
    return { kind: 'colon', name: text.slice(from + 1, end - 1).replaceAll('""', '"'), start, end };
  }
  const end = endOfWord(text, from);
  if (end === from || isDigitAt(text, from)) return undefined;
  return { kind: 'colon', name: text.slice(from, end).toLowerCase(), start, end };
}

function percentMarkerAt(text: string, start: number): Token | undefined {
  if (text[start + 1] === 's')
    return isWordAt(text, start + 2) ? undefined : { kind: 'percent', name: '', start, end: start + 2 };
  if (text[start + 1] !== '(') return undefined;
  const close = text.indexOf(')', start);
  if (close === -1 || text[close + 1] !== 's' || isWordAt(text, close + 2)) return undefined;
  return { kind: 'percentNamed', name: text.slice(start + 2, close), start, end: close + 2 };
}

function endOfQuoted(text: string, start: number, quote: string): number {
  let end = text.indexOf(quote, start + 1);
  while (end !== -1 && text[end + 1] === quote) end = text.indexOf(quote, end + 2);
  return end === -1 ? text.length : end + 1;
}

function endAfter(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end === -1 ? text.length : end + mark.length;
}

function endOfLine(text: string, from: number): number {
  const end = text.slice(from).search(/[\r\n]/);
  return end === -1 ? text.length : from + end;
}

function endOfWord(text: string, from: number): number {
  let end = from;
  while (isWordAt(text, end)) end++;
  return end;
}

/** True for letters, digits, the underscore and whatever is beyond ASCII. */
function isWordAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f || code > 0x7f;
}

function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

function isBlankAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

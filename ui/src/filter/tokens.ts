/** A word of a filter with its place in the text. The server alone understands filters; this is enough to edit them. */
export interface Token {
  kind: "word" | "quoted" | "operator" | "punctuation";
  /** What it says, without quotes. */
  text: string;
  start: number;
  end: number;
}

const TOKEN =
  /(?<operator>!=|!~|>=|<=|==|[=~><])|(?<punctuation>[(),])|(?<quoted>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)|(?<word>[^\s()",'=!~<>]+)/gsu;

export function tokenize(filter: string): Token[] {
  return [...filter.matchAll(TOKEN)].map((match) => {
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    const text = kind === "quoted" ? unquoted(match[0]) : match[0];
    return { kind: kind as Token["kind"], text, start: match.index, end: match.index + match[0].length };
  });
}

function unquoted(text: string): string {
  const closed = text.length > 1 && text.endsWith(text[0] ?? "");
  return text.slice(1, closed ? -1 : undefined).replace(/\\(["'\\])/g, "$1");
}

/** Whether a token is this word of the language; quoted, it would be a value. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toLowerCase() === word;
}

export function isSign(token: Token | undefined, sign: string): boolean {
  return token?.kind === "punctuation" && token.text === sign;
}
